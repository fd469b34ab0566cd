"""The end of a tenant (guide 14.5): suspended, kept for a while, archived, proved restorable, and only then deleted."""
