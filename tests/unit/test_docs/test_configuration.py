"""Every setting is documented where people look for it, by its own words."""

import re
from typing import Final

from docs.configuration import PAGE, page
from provisioning.settings import Settings
from tests.unit.test_docs.pages import PAGES, ROOT, code, name

_SETTING: Final = re.compile(r"(?:[A-Z]+_)+[A-Z]+")
_NO_SETTINGS: Final = frozenset(
    {
        *("TENANTBOT_HOME", "TENANTBOT_TEST_DATABASE_URL"),  # where things are, before any setting is read
        *("ACTIVE_HEALTHY", "OTEL_EXPORTER_OTLP_HEADERS"),
    }
)


def test_the_table_is_the_one_of_the_settings() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "`python -m docs.configuration` writes it anew"


def test_every_setting_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    written = re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE)
    assert sorted(written) == sorted(field.upper() for field in Settings.model_fields)


def test_pages_name_no_setting_that_is_not_there() -> None:
    known = {field.upper() for field in Settings.model_fields} | _NO_SETTINGS
    unknown = {
        (name(one), word)
        for one in PAGES
        for said in code(one)
        if (word := said.partition("=")[0]) and _SETTING.fullmatch(word) and word not in known
    }
    assert not unknown
