"""A change of the tenant schema: the files that some tenants lack, statement by statement, and what may be lost by it."""

from collections.abc import Sequence
from dataclasses import dataclass

from provisioning.domain.destruction import may_destroy, needs_to_be_alone
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.statements import Statement, Unreadable, split


@dataclass(frozen=True)
class PlannedStatement:
    text: str
    line: int
    may_destroy: bool


@dataclass(frozen=True)
class PlannedFile:
    version: str
    name: str
    statements: tuple[PlannedStatement, ...]

    @property
    def label(self) -> str:
        return f"{self.version}_{self.name}.sql"

    @property
    def may_destroy(self) -> bool:
        return any(statement.may_destroy for statement in self.statements)


def plan_files(files: Sequence[SchemaFile]) -> tuple[PlannedFile, ...]:
    """Raises ValueError for what can't be applied to a tenant in one transaction."""
    return tuple(PlannedFile(file.version, file.name, tuple(_statements(file))) for file in files)


def _statements(file: SchemaFile) -> list[PlannedStatement]:
    label = f"{file.version}_{file.name}.sql"
    try:
        statements = split(file.sql)
    except Unreadable as fault:
        raise ValueError(f"{label}, {fault}") from fault
    for statement in statements:
        if needs_to_be_alone(statement):
            raise ValueError(
                f"{label}, line {statement.line}: `{statement.brief}` can't be in one transaction with the rest of "
                "a tenant's change; leave it out."
            )
    return [_planned(statement) for statement in statements]


def _planned(statement: Statement) -> PlannedStatement:
    return PlannedStatement(statement.brief, statement.line, may_destroy(statement))
