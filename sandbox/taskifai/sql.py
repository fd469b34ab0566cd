"""SQL from the files beside this one, and the name of what runs it."""

from pathlib import Path
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def read_script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
