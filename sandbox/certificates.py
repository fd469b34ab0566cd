"""TLS for names that exist only here: a certificate authority of this home and what it has signed."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme

from sandbox.files import write_private

_ONCE, _UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Certificate:
    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """What a server shows it with."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.chain, self.key)
        return made


@dataclass(frozen=True)
class Certificates:
    authority: Path
    tenants: Certificate
    mail: Certificate
    expired: Certificate
    foreign: Certificate


def keep_certificates(folder: Path, *, domain: str, host: str) -> Certificates:
    """Make them once. The authority's own key is kept nowhere: it will sign nothing else."""
    certificates = Certificates(
        authority=folder / "ca.pem",
        tenants=Certificate(folder / "tenants.pem", folder / "tenants.key"),
        mail=Certificate(folder / "mail.pem", folder / "mail.key"),
        expired=Certificate(folder / "expired.pem", folder / "expired.key"),
        foreign=Certificate(folder / "foreign.pem", folder / "foreign.key"),
    )
    if not certificates.authority.exists() or not certificates.foreign.key.exists():
        authority = trustme.CA(organization_name="The tenantbot sandbox")
        _write(authority.issue_cert(domain, f"*.{domain}"), certificates.tenants)
        _write(authority.issue_cert(host, "localhost"), certificates.mail)
        _write(
            authority.issue_cert(domain, f"*.{domain}", not_before=_ONCE, not_after=_UNTIL),
            certificates.expired,
        )
        _write(authority.issue_cert("parked.example.net"), certificates.foreign)
        # Last, because its presence says that all are there.
        write_private(certificates.authority, authority.cert_pem.bytes().decode())
    return certificates


def _write(issued: trustme.LeafCert, certificate: Certificate) -> None:
    write_private(certificate.chain, "".join(blob.bytes().decode() for blob in issued.cert_chain_pems))
    write_private(certificate.key, issued.private_key_pem.bytes().decode())
