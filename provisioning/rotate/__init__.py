"""Giving a tenant new credentials: its database's password, and its secret key; the old ones go last."""
