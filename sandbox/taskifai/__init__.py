"""The TaskifAI platform as its guide describes it: what a tenant sees at its own URL, and the admin API."""
