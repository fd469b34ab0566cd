"""The schema of all tenants: who has which version, who has drifted from it, and a new one brought to all in rings."""
