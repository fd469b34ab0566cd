"""Which statements of a schema change may lose something that a tenant has. What is not known to be harmless may."""

import re
from collections.abc import Sequence
from typing import Final

from provisioning.domain.statements import Statement

_NAME: Final = r'(?:[\w$]+|"[^"]*")(?: \. (?:[\w$]+|"[^"]*"))*'
_MADE: Final = (
    r"(?:unlogged )?table|(?:unique )?index|(?:recursive )?view|materialized view|function|procedure|aggregate|type|domain"
    r"|schema|sequence|extension|policy|(?:constraint )?trigger|collation|statistics"
)
_HARMLESS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"create (?:or replace )?(?:{_MADE})\b",
        r"(?:comment on|grant|revoke|analyze|set|reset)\b",
        r"alter policy\b",
        r"alter default privileges\b",
        rf"alter type {_NAME} add value\b",
        r"drop (?:index|policy|trigger|function|procedure|view) (?!.*\bcascade\b)",
        r"insert into (?!.*\b(?:update|delete|truncate|drop)\b)",
    )
)
_TABLE: Final = re.compile(rf"alter table (?:if exists )?(?:only )?{_NAME}(?: \*)? ")
_HARMLESS_TO_TABLE: Final = re.compile(
    rf"add\b|alter (?:column )?{_NAME} (?:set (?:default|not null|statistics|storage)|drop (?:default|not null))\b"
    r"|validate constraint\b|(?:enable|force) row level security\b|enable (?:trigger|rule)\b|owner to\b|replica identity\b"
    r"|drop constraint (?!.*\bcascade\b)"
)
_ALONE: Final = re.compile(
    r"(?:begin|start transaction|commit|end|rollback|abort|prepare transaction|vacuum|cluster|alter system"
    r"|(?:create|drop|alter) (?:database|tablespace|subscription))\b|.*\bconcurrently\b"
)


def may_destroy(statement: Statement) -> bool:
    """Tell whether it is not known to leave all that is there as it is."""
    said = " ".join(statement.words)
    if (table := _TABLE.match(said)) is not None:
        return not all(_HARMLESS_TO_TABLE.match(action) for action in _actions(said[table.end() :]))
    return not any(pattern.match(said) for pattern in _HARMLESS)


def needs_to_be_alone(statement: Statement) -> bool:
    """Tell whether it can't be part of one transaction with others."""
    return _ALONE.match(" ".join(statement.words)) is not None


def _actions(said: str) -> Sequence[str]:
    """`add a int , drop b` is two; commas in brackets belong to one."""
    actions, depth = [""], 0
    for word in said.split(" "):
        depth += (word == "(") - (word == ")")
        if word == "," and depth == 0:
            actions.append("")
        else:
            actions[-1] += f"{word} "
    return [action.strip() for action in actions]
