"""What the zones hold from the start: their own authority, and a wildcard that leads every tenant home."""

# Where tenants' names point, as a hosting provider has it: a name in a zone of somebody else.
TARGET_ZONE = "vercel-dns.test"
TARGET = f"cname.{TARGET_ZONE}"

TTL = 60
_TIMERS = (
    f"1 3600 600 86400 {TTL}"  # serial, refresh, retry, expire; the last is how long "no such name" holds
)


def base_records(domain: str, address: str) -> list[tuple[str, str, str]]:
    """Return name, type and value of each."""
    return [
        *_authority(domain, address),
        (domain, "A", address),
        (f"*.{domain}", "CNAME", TARGET),
        *_authority(TARGET_ZONE, address),
        (TARGET, "A", address),
    ]


def _authority(origin: str, address: str) -> list[tuple[str, str, str]]:
    nameserver = f"ns1.{origin}"
    return [
        (origin, "SOA", f"{nameserver}. hostmaster.{origin}. {_TIMERS}"),
        (origin, "NS", nameserver),
        (nameserver, "A", address),
    ]
