"""How a project is reached, chosen from Supabase's replies: its two API keys and its session pooler."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from provisioning.adapters.supabase_replies import KeyReply, PoolerReply
from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient
from provisioning.ports import ApiKeys, SecretKey

SESSION_PORT: Final = 5432

_TRUSTED = ("supabase.com", "supabase.co")
_CLEAR_KEY = re.compile(r"[A-Za-z0-9_.-]+")


def choose_keys(replies: Sequence[KeyReply], ref: ProjectRef) -> ApiKeys:
    """Take the keys by type, as both new ones are called `default`; legacy ones only where new ones lack."""
    new = {str(key.type): key for key in _default_last(replies)}
    if new.keys() >= {"publishable", "secret"}:
        return _clear(new, anon="publishable", service="secret", legacy=False, ref=ref)
    legacy = {key.name: key for key in replies if key.type in {"legacy", None}}
    if legacy.keys() >= {"anon", "service_role"}:
        return _clear(legacy, anon="anon", service="service_role", legacy=True, ref=ref)
    raise Transient(f"The project {ref} has no API keys yet.", code="no_keys")


def secret_key(reply: KeyReply) -> SecretKey:
    shown = reply.api_key if reply.api_key and _CLEAR_KEY.fullmatch(reply.api_key) else None
    return SecretKey(key_id=reply.id or "", name=reply.name, value=Secret(shown) if shown else None)


def session_address(replies: Sequence[PoolerReply], ref: ProjectRef, *, guarded: bool) -> DatabaseAddress:
    """Take the primary's pooler in session mode: the transaction pooler's host answers for sessions on 5432.

    The password goes where this says, so the address must be the project's own and, if `guarded`, Supabase's.
    """
    primary = [reply for reply in replies if reply.database_type == "PRIMARY"]
    if not primary:
        raise Transient(f"The pooler does not know the project {ref} yet.", code="no_pooler")
    pooler = next((reply for reply in primary if reply.pool_mode == "session"), primary[0])
    if not pooler.db_user.endswith(f".{ref}"):
        raise _untrusted(ref, f"belongs to the user {pooler.db_user}")
    if guarded and not _is_supabase(pooler.db_host):
        raise _untrusted(ref, f"is at {pooler.db_host}, outside {' and '.join(_TRUSTED)}")
    return DatabaseAddress(
        host=pooler.db_host,
        port=pooler.db_port if pooler.pool_mode == "session" else SESSION_PORT,
        user=pooler.db_user,
        database=pooler.db_name,
    )


def _default_last(replies: Sequence[KeyReply]) -> list[KeyReply]:
    """Order keys so that the one called `default` wins over others of its type."""
    return sorted(replies, key=lambda key: key.name == "default")


def _clear(
    keys: Mapping[str, KeyReply], *, anon: str, service: str, legacy: bool, ref: ProjectRef
) -> ApiKeys:
    return ApiKeys(anon=_key(keys[anon], ref), service=_key(keys[service], ref), legacy=legacy)


def _key(reply: KeyReply, ref: ProjectRef) -> Secret:
    """Refuse a key that is empty or masked: stored, it would break the tenant much later."""
    if not reply.api_key or not _CLEAR_KEY.fullmatch(reply.api_key):
        raise Transient(
            f"Supabase does not show the {reply.type or reply.name} key of the project {ref} yet.",
            code="no_keys",
        )
    return Secret(reply.api_key)


def _is_supabase(host: str) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in _TRUSTED)


def _untrusted(ref: ProjectRef, why: str) -> Permanent:
    return Permanent(
        f"The database address that Supabase gave for the project {ref} {why}; "
        "no password is sent there. Check SUPABASE_API_URL.",
        code="untrusted_address",
    )
