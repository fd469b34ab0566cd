"""What a request to restore a tenant says: which backup, as which tenant, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from provisioning.domain.request import ProvisionRequest


@dataclass(frozen=True)
class RestoreRequest:
    """`manifest_sha256` is what the deletion record has of the backup; a backup without one is taken as it is."""

    tenant: ProvisionRequest
    archive: str
    manifest_sha256: str | None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The tenant's fields stand at the top, where every request has them."""
        own = {"archive": self.archive, "manifest_sha256": self.manifest_sha256, "reason": self.reason}
        return self.tenant.to_json() | own

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        rest = dict(data)
        archive, sha256 = str(rest.pop("archive")), rest.pop("manifest_sha256")
        reason = str(rest.pop("reason", ""))
        return cls(ProvisionRequest.from_json(rest), archive, sha256, reason)
