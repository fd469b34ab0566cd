"""What the steps hand on to each other. Secrets travel sealed; the passwords rest in the registry alone."""

from dataclasses import dataclass

from provisioning.domain.project import ProjectRef
from provisioning.domain.secret import Sealed


@dataclass(frozen=True)
class PasswordChange:
    """A new password is stored beside the one in use."""

    ref: ProjectRef


@dataclass(frozen=True)
class PasswordSet:
    """The database has been told; `how` says by whom."""

    ref: ProjectRef
    how: str


@dataclass(frozen=True)
class PasswordProved:
    """The new password opens the database, and is the only one we keep."""

    ref: ProjectRef


@dataclass(frozen=True)
class SecretKeyChange:
    """Two keys work: the one in use and a new one. Or none was made, and `left` says why the old one stays."""

    ref: ProjectRef
    old_id: str | None = None
    new_id: str | None = None
    key: Sealed | None = None
    left: str | None = None


@dataclass(frozen=True)
class SecretKeyInUse:
    """The platform works with the new key, proved; the old one may go. Or the old one stays, and `left` says why."""

    ref: ProjectRef
    old_id: str | None = None
    verdict: str | None = None
    left: str | None = None
