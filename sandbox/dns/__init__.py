"""The DNS of the sandbox: an authoritative server for the tenants' domain and for what it points at."""

from pathlib import Path

SCRIPT = Path(__file__).with_name("state.sql")
