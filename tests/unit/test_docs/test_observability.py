"""Dashboard, alert rules and their page name metrics that there are, and the page names all of them."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.outbox.meters import count_call
from provisioning.adapters import http
from provisioning.observing.exposition import Exposition
from tests.fakes.clock import FakeClock
from tests.unit.test_docs.pages import ROOT
from tests.unit.test_observing.entries import Counter, expiries

FOLDER: Final = ROOT / "docs" / "observability"
PAGE: Final = ROOT / "docs" / "observability.md"
_OURS: Final = re.compile(r"\btenantbot_[a-z_]+")


async def shown() -> dict[str, set[str]]:
    """Every series that a process shows, by the name of its family."""
    count_call("chat.update", "ratelimited", is_limit=True)
    http._CALLS.labels("Supabase", "200").inc()
    clock = FakeClock()
    watched = expiries(clock)
    await watched.look()
    text = (await Exposition(Counter(), watched, clock=clock).text()).decode()
    return {
        family.name: {sample.name for sample in family.samples}
        for family in text_string_to_metric_families(text)
        if family.name.startswith("tenantbot_")
    }


def expressions(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        yield from (value for key, value in document.items() if key == "expr")
        for value in document.values():
            yield from expressions(value)
    elif isinstance(document, list):
        for value in document:
            yield from expressions(value)


def dashboard() -> Any:
    return json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))


def rules() -> Any:
    return yaml.safe_load((FOLDER / "prometheus-alerts.yml").read_text(encoding="utf-8"))


async def test_every_metric_that_is_asked_for_is_shown() -> None:
    series = set().union(*(await shown()).values())
    asked = [*expressions(dashboard()), *expressions(rules())]

    assert len(asked) > 25
    for expression in asked:
        assert set(_OURS.findall(expression)) <= series, expression
        assert _OURS.search(expression), expression
        for opening, closing in ("()", "[]", "{}"):
            assert expression.count(opening) == expression.count(closing), expression


async def test_the_page_tells_of_every_metric_and_of_no_other() -> None:
    named = set()
    for family, series in (await shown()).items():
        total, info = f"{family}_total", f"{family}_info"
        named.add(total if total in series else info if info in series else family)

    assert set(_OURS.findall(PAGE.read_text(encoding="utf-8"))) == named


async def test_what_the_registry_counts_is_never_summed_over_processes() -> None:
    of_processes = ("tenantbot_slack_", "tenantbot_outside_")
    for expression in [*expressions(dashboard()), *expressions(rules())]:
        for summed in re.findall(r"\bsum(?: by \([^)]*\))? ?\((.*)", expression):
            for name in _OURS.findall(summed):
                assert name.startswith(of_processes) or "max by" in summed, expression


def test_every_alert_says_what_to_do() -> None:
    for group in rules()["groups"]:
        for rule in group["rules"]:
            assert set(rule["annotations"]) == {"summary", "action"}, rule["alert"]
            assert rule["labels"]["severity"] in {"info", "warning", "critical"}


def test_panels_lie_side_by_side_and_have_an_id_each() -> None:
    panels = dashboard()["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len(panels)
