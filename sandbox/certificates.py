"""TLS for names that exist only here: a certificate authority of this home and what it has signed."""

from dataclasses import dataclass
from pathlib import Path

import trustme

from sandbox.files import write_private


@dataclass(frozen=True)
class Certificate:
    chain: Path
    key: Path


@dataclass(frozen=True)
class Certificates:
    authority: Path
    tenants: Certificate
    mail: Certificate


def keep_certificates(folder: Path, *, domain: str, host: str) -> Certificates:
    """Make them once. The authority's own key is kept nowhere: it will sign nothing else."""
    certificates = Certificates(
        authority=folder / "ca.pem",
        tenants=Certificate(folder / "tenants.pem", folder / "tenants.key"),
        mail=Certificate(folder / "mail.pem", folder / "mail.key"),
    )
    if not certificates.authority.exists():
        authority = trustme.CA(organization_name="The tenantbot sandbox")
        _write(authority.issue_cert(domain, f"*.{domain}"), certificates.tenants)
        _write(authority.issue_cert(host, "localhost"), certificates.mail)
        # Last, because its presence says that all are there.
        write_private(certificates.authority, authority.cert_pem.bytes().decode())
    return certificates


def _write(issued: trustme.LeafCert, certificate: Certificate) -> None:
    write_private(certificate.chain, "".join(blob.bytes().decode() for blob in issued.cert_chain_pems))
    write_private(certificate.key, issued.private_key_pem.bytes().decode())
