"""Cloudflare as far as DNS goes: its API over the zone that the sandbox's DNS server answers from."""
