"""What stands in the provision form, so that it survives every view on the way: nothing typed is ever lost."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Self

from bot.blocks import ids
from provisioning.domain.subdomain import suggest_subdomain

_MOST_TEXT: Final = 300
"""More than the door takes in any field, so that it is the door who says that it is too much."""


@dataclass(frozen=True)
class FormValues:
    """The fields as they were typed. An empty subdomain means the suggested one; no vendors means all.

    `edition` counts the suggestions: Slack shows a new one only in an input that has a new name.
    """

    company: str = ""
    subdomain: str = ""
    email: str = ""
    name: str = ""
    region: str = ""
    vendors: tuple[str, ...] = ()
    sample_resellers: bool = False
    suggested: str = ""
    edition: int = 0

    @property
    def wanted_subdomain(self) -> str:
        return self.subdomain or self.suggested or suggest_subdomain(self.company)

    def with_suggestion(self, subdomain: str) -> Self:
        """Take up a new suggestion for the subdomain. One that was typed stays, and so does its input."""
        if subdomain == self.suggested:
            return self
        return replace(self, suggested=subdomain, edition=self.edition + (0 if self.subdomain else 1))

    def raw(self) -> dict[str, Any]:
        """The request as the door reads it."""
        return {
            ids.COMPANY: self.company,
            ids.SUBDOMAIN: self.wanted_subdomain,
            ids.EMAIL: self.email,
            ids.NAME: self.name,
            ids.REGION: self.region,
            ids.VENDORS: list(self.vendors),
            ids.SAMPLE_RESELLERS: self.sample_resellers,
        }

    def to_json(self) -> str:
        """Small enough for a view's private metadata: what is empty is left out."""
        given = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; nothing is an empty form."""
        given = json.loads(text or "{}")
        known = {field.name for field in fields(cls)}
        kept = {name: value for name, value in given.items() if name in known}
        return cls(**{**kept, "vendors": tuple(kept.get("vendors", ()))})


def read_form(view: Mapping[str, Any]) -> FormValues:
    """Read the form as Slack sends it, by the names of its inputs."""
    before = FormValues.from_json(view.get("private_metadata") or "")
    state = view.get("state", {}).get("values", {})
    entered = {name: element for block in state.values() for name, element in block.items()}
    subdomain = _text(entered, ids.SUBDOMAIN)
    return FormValues(
        company=_text(entered, ids.COMPANY),
        subdomain="" if subdomain == before.suggested else subdomain,
        email=_text(entered, ids.EMAIL),
        name=_text(entered, ids.NAME),
        region=_chosen(entered, ids.REGION),
        vendors=_all_chosen(entered, ids.VENDORS),
        sample_resellers=bool(_all_chosen(entered, ids.SAMPLE_RESELLERS)),
        suggested=before.suggested,
        edition=before.edition,
    )


def _text(entered: Mapping[str, Any], name: str) -> str:
    typed = entered.get(name, {}).get("value") or ""
    return "".join(letter for letter in " ".join(typed.split()) if letter.isprintable())[:_MOST_TEXT]


def _chosen(entered: Mapping[str, Any], name: str) -> str:
    option = entered.get(name, {}).get("selected_option")
    return str(option["value"]) if option else ""


def _all_chosen(entered: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(str(option["value"]) for option in entered.get(name, {}).get("selected_options") or ())
