"""The people of one tenant, in its own table `users`."""

from typing import Any
from uuid import UUID

import asyncpg

from sandbox.taskifai.bodies import Registration
from sandbox.taskifai.sql import Connection

_ADD = """
insert into users (email, hashed_password, full_name, role) values ($1, $2, $3, $4)
on conflict (email) do nothing
returning user_id, email, full_name, role, created_at
"""

User = asyncpg.Record


async def add_user(connection: Connection, wanted: Registration, hashed: str) -> User | None:
    """Add a user. None when the address is registered already."""
    return await connection.fetchrow(_ADD, wanted.email, hashed, wanted.full_name, wanted.role)


async def find_user(connection: Connection, email: str) -> User | None:
    return await connection.fetchrow("select * from users where email = $1", email)


async def is_there(connection: Connection, user_id: UUID) -> bool:
    found: bool = await connection.fetchval("select exists (select from users where user_id = $1)", user_id)
    return found


def shown(user: User) -> dict[str, Any]:
    return {
        "user_id": str(user["user_id"]),
        "email": user["email"],
        "full_name": user["full_name"],
        "role": user["role"],
        "created_at": user["created_at"].isoformat(),
    }
