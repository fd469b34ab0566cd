"""Every active tenant suspended at once and proved so, and exactly these brought back (guide 14.6, the worst case)."""
