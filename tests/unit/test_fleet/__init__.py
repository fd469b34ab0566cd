"""The schema of all tenants."""
