"""A round over all tenants: each verified, each tried at another, and people told what has changed (guide 14.6)."""
