"""Diagnosing a tenant: the guide's four issues (14.6) as playbooks, one a file. Asks, and changes nothing."""
