"""A tenant's backup: what was in the database when it was taken, where the files are, and how a proof of it ended.

The manifest is written beside the dump and outlives the tenant; `to_json` and `from_json` are its format.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self

FORMAT: Final = 1
BACKUPS: Final = "backups"
ARCHIVES: Final = "archives"
MANIFEST: Final = "manifest.json"
"""Written last: a folder without it is no backup."""
NOT_PROVED: Final = "not-proved.json"
"""Written beside a backup whose proof has failed: it is kept to be looked at, and nothing is ever deleted for it."""


@dataclass(frozen=True)
class Column:
    """A column as a table made anew needs it. What PostgreSQL computes itself is never written to."""

    name: str
    type: str
    generated: bool


@dataclass(frozen=True)
class TableManifest:
    """A table, its rows counted, and a checksum over every cell that does not depend on the rows' order."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    """Columns of each primary or unique key, the primary one first."""
    rows: int
    checksum: str

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(
            schema=raw["schema"],
            name=raw["name"],
            columns=tuple(Column(**column) for column in raw["columns"]),
            keys=tuple(tuple(key) for key in raw["keys"]),
            rows=raw["rows"],
            checksum=raw["checksum"],
        )


@dataclass(frozen=True)
class SequenceManifest:
    """The value a sequence gives next. Sequences obey no snapshot, so it lies between before and after the dump."""

    name: str
    low: int
    high: int


@dataclass(frozen=True)
class ExtensionManifest:
    """An installed extension, and a few of the objects that can't exist without it."""

    name: str
    version: str
    schema: str
    needed_by: tuple[str, ...]

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(raw["name"], raw["version"], raw["schema"], tuple(raw["needed_by"]))


@dataclass(frozen=True)
class Contents:
    """What a database holds, apart from Supabase's own services.

    `carried` are Supabase's tables whose rows belong to the tenant, such as auth.users. `catalog` has, by kind
    (policy, function, trigger, …) and name, the definition of everything that is no row; kinds that begin with
    "attached" are the tenant's own triggers and policies on carried tables, as statements.
    """

    schemas: tuple[str, ...]
    tables: tuple[TableManifest, ...]
    carried: tuple[TableManifest, ...]
    sequences: tuple[SequenceManifest, ...]
    extensions: tuple[ExtensionManifest, ...]
    roles: tuple[str, ...]
    """Roles that grants and policies name."""
    catalog: Mapping[str, Mapping[str, str]]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in (*self.tables, *self.carried))

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(
            schemas=tuple(raw["schemas"]),
            tables=tuple(TableManifest.from_json(one) for one in raw["tables"]),
            carried=tuple(TableManifest.from_json(one) for one in raw["carried"]),
            sequences=tuple(SequenceManifest(**one) for one in raw["sequences"]),
            extensions=tuple(ExtensionManifest.from_json(one) for one in raw["extensions"]),
            roles=tuple(raw["roles"]),
            catalog=raw["catalog"],
        )


@dataclass(frozen=True)
class StoredFile:
    """A file of the backup, as it was when its last byte was written."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    subdomain: str
    project_ref: str
    run_id: str
    """The run that took it, for its own purpose: no other one relies on it."""
    taken_at: str
    server_version: str
    pg_dump_version: str
    contents: Contents
    files: Mapping[str, StoredFile]
    not_in_dump: tuple[str, ...]
    """What the tenant may have besides, and what is not part of any backup of a database."""
    format: int = FORMAT

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Raise ValueError when this is no manifest, or one of a later format."""
        if raw.get("format") != FORMAT:
            raise ValueError(f"format {raw.get('format')} is not known")
        try:
            return cls(
                subdomain=raw["subdomain"],
                project_ref=raw["project_ref"],
                run_id=raw.get("run_id", ""),
                taken_at=raw["taken_at"],
                server_version=raw["server_version"],
                pg_dump_version=raw["pg_dump_version"],
                contents=Contents.from_json(raw["contents"]),
                files={name: StoredFile(**file) for name, file in raw["files"].items()},
                not_in_dump=tuple(raw["not_in_dump"]),
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise ValueError(f"it is incomplete ({fault})") from fault


@dataclass(frozen=True)
class BackupRef:
    """A complete backup: where it is, and the fingerprint that tells whether it still is what was written."""

    folder: str
    manifest_sha256: str
    bytes: int
    tables: int
    rows: int


@dataclass(frozen=True)
class Proof:
    """How restoring a backup went. `notes` are not in the way but deserve a look."""

    ok: bool
    differences: tuple[str, ...]
    tables: int
    rows: int
    restored_in: str
    seconds: float
    notes: tuple[str, ...] = ()
    manifest_sha256: str = ""
    """Which backup it is about."""


def today_folder(subdomain: str, now: datetime, taken: Collection[str] = ()) -> str:
    """Name a backup's folder after its day; the second one of a day gets -2."""
    first = f"{BACKUPS}/{subdomain}-{now:%Y%m%d}"
    numbered: Sequence[str] = [first, *(f"{first}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in numbered if name not in taken)
