"""What rests in the archive: which folders hold a backup, and of whom."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from provisioning.domain.backup import ARCHIVES, BACKUPS, MANIFEST, NOT_PROVED
from provisioning.errors import Refused
from provisioning.ports import Backups
from provisioning.registry import Registry, every_tenant

_FOLDER: Final = re.compile(
    rf"(?:{BACKUPS}|{ARCHIVES})/(?P<subdomain>[a-z0-9-]+?)-"
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:-(?P<number>\d+))?"
)


@dataclass(frozen=True)
class Archived:
    """A backup as its folder's name tells it. `company` is whose the registry says that subdomain is, or was."""

    folder: str
    subdomain: str
    taken_on: date
    number: int
    company: str | None = None

    @property
    def is_of_deleted(self) -> bool:
        """A deleted tenant's backup rests in the archives; any other is one of a deprovision that went no further."""
        return self.folder.startswith(f"{ARCHIVES}/")

    @classmethod
    def read(cls, folder: str, company: str | None = None) -> Self | None:
        """Read a folder's name; None when it is not named as a backup is."""
        if (match := _FOLDER.fullmatch(folder)) is None:
            return None
        try:
            day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            return None
        return cls(folder, match["subdomain"], day, int(match["number"] or 1), company)


async def list_archived(backups: Backups, registry: Registry) -> Sequence[Archived]:
    """Every complete backup, the newest first; one whose proof has failed is left out."""
    files = {*await backups.list(ARCHIVES), *await backups.list(BACKUPS)}
    companies: dict[str, str] = {}
    async for tenant in every_tenant(registry):  # newest first: a released subdomain may have had several
        companies.setdefault(tenant.subdomain, tenant.company_name)
    folders = {path.removesuffix(f"/{MANIFEST}") for path in files if path.endswith(f"/{MANIFEST}")}
    whole = [folder for folder in folders if f"{folder}/{NOT_PROVED}" not in files]
    found = [one for folder in whole if (one := _named(folder, companies)) is not None]
    return sorted(found, key=lambda one: (one.taken_on, one.number, one.subdomain), reverse=True)


async def find_folder(backups: Backups, archive: str) -> str:
    """Return the folder that was typed. Raises Refused when there is no backup in it."""
    folder = archive.strip().rstrip("/")
    if Archived.read(folder) is None or not await backups.list(folder):
        raise Refused(
            f"The archive has no backup {archive}; they are named like {BACKUPS}/customerinc-20261124. "
            "`tenantbot restore --list` shows those there are.",
            code="unknown_backup",
            field="archive",
        )
    return folder


def _named(folder: str, companies: dict[str, str]) -> Archived | None:
    named = Archived.read(folder)
    return Archived.read(folder, companies.get(named.subdomain)) if named else None
