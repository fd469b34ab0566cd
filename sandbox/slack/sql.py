"""How the stand-in reads its scripts and its JSON columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg

Row: TypeAlias = "asyncpg.Record"


def read_script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def to_json(value: Any) -> str | None:
    """Return what a jsonb parameter takes; None stays null."""
    return None if value is None else json.dumps(value)


def from_json(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def storable(value: Any) -> Any:
    """Drop what PostgreSQL cannot hold as text: NUL, and halves of characters."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {storable(name): storable(entry) for name, entry in value.items()}
    return [storable(entry) for entry in value] if isinstance(value, list) else value
