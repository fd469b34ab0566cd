"""The base schema as files: what there is to apply to a tenant database, in order."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Final

EXPECTED_TABLES: Final = frozenset(
    {
        "users",
        "products",
        "resellers",
        "sellout_entries2",
        "ecommerce_orders",
        "upload_batches",
        "error_reports",
        "conversation_history",
        "dashboard_configs",
        "email_logs",
        "vendor_configs",
    }
)

_FILE_NAME = re.compile(r"(?P<version>\d{14})_(?P<name>[a-z0-9_]+)\.sql")


@dataclass(frozen=True)
class SchemaFile:
    """One file of the schema, named as Supabase's list of migrations names it."""

    version: str
    name: str
    sql: str


def read_schema_files(folder: Path) -> tuple[SchemaFile, ...]:
    """Read a folder of versioned SQL files, oldest first. Raises ValueError with one sentence."""
    files = sorted((_read(path) for path in folder.glob("*.sql")), key=lambda file: (file.version, file.name))
    if not files:
        raise ValueError(f"{folder} holds no .sql files; it should hold the base schema.")
    for one, other in pairwise(files):
        if one.version == other.version:
            raise ValueError(f"Version {one.version} is there twice, as {one.name} and as {other.name}.")
    return tuple(files)


def fingerprint(files: Iterable[SchemaFile]) -> str:
    """Give the same 64 hex digits for the same schema, and others for any other."""
    digest = sha256()
    for file in files:
        for part in (file.version, file.name, file.sql):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _read(path: Path) -> SchemaFile:
    match = _FILE_NAME.fullmatch(path.name)
    if not match:
        raise ValueError(
            f"{path.name} is not named like 20261124000001_base_schema.sql: 14 digits, an underscore, a name."
        )
    try:
        sql = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise ValueError(f"{path.name} is not UTF-8 text.") from fault
    if not sql.strip():
        raise ValueError(f"{path.name} is empty.")
    return SchemaFile(match["version"], match["name"], sql)
