"""Suspending a tenant and activating it again (guide 14.5, 14.7), each proved at the tenant's own URL."""
