"""Passwords as the platform keeps them: bcrypt, which looks at the first 72 bytes and takes its time."""

import asyncio

import bcrypt

from sandbox.taskifai.refusals import Refusal

_ROUNDS = 12
_SEEN_BYTES = 72


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_hash, password)


async def fits(password: str, hashed: str) -> bool:
    try:
        return await asyncio.to_thread(bcrypt.checkpw, _seen(password), hashed.encode())
    except ValueError as error:
        raise Refusal(500, "hash could not be identified") from error


def _hash(password: str) -> str:
    return bcrypt.hashpw(_seen(password), bcrypt.gensalt(_ROUNDS)).decode()


def _seen(password: str) -> bytes:
    return password.encode()[:_SEEN_BYTES]
