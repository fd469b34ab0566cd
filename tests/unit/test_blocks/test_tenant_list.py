"""Many tenants: the overview and the list."""

from dataclasses import replace

from bot.blocks.tenant_list import list_message, overview_message
from provisioning.control_plane.views import FleetView
from provisioning.domain.run import RunId
from provisioning.domain.tenant import Tenant, TenantState
from tests.block_kit import buttons_of, check_message, elements_of, words_of
from tests.unit.test_blocks.samples import NOW, TENANT, a_failed_run, a_run

FLEET = FleetView(
    {TenantState.VERIFIED: 12, TenantState.UNVERIFIED: 1, TenantState.DELETED: 0}, (), worker_alive=True
)


def some(count: int) -> list[tuple[Tenant, str]]:
    return [
        (
            replace(TENANT, company_name=f"Company {number}", subdomain=f"company{number}"),
            f"https://company{number}.taskifai.com",
        )
        for number in range(count)
    ]


def test_the_overview_counts_tenants_by_state() -> None:
    message = overview_message(FLEET, now=NOW)
    check_message(message)
    assert "No run is open." in words_of(message)
    assert message.text == "⚠️ 1 unverified · ✅ 12 verified; 0 open runs"


def test_the_overview_shows_open_runs_and_the_way_to_each() -> None:
    message = overview_message(replace(FLEET, open_runs=(a_run(), a_failed_run())), now=NOW)
    check_message(message)
    assert "*Open runs* (2)" in words_of(message)
    assert "2 of 8 · waiting, step 3 of 8" in words_of(message)
    assert buttons_of(message)["Status"] == "tenant_status customerinc"


def test_the_overview_says_when_nobody_works() -> None:
    assert "⚠️ No worker is running" in words_of(overview_message(replace(FLEET, worker_alive=False), now=NOW))


def test_an_overview_of_many_runs_stays_short() -> None:
    runs = tuple(a_run(run_id=RunId(f"run-{number}")) for number in range(50))
    message = overview_message(replace(FLEET, open_runs=runs), now=NOW)
    check_message(message)
    assert "40 runs more" in words_of(message)


def test_an_overview_of_nothing_says_so() -> None:
    assert "There are no tenants yet." in words_of(
        overview_message(FleetView({}, (), worker_alive=True), now=NOW)
    )


def test_a_page_in_the_middle_leads_both_ways() -> None:
    message = list_message(some(10), 35, "comp", 2, page_size=10)
    check_message(message)
    assert message.text == "Tenants 11–20 of 35 with `comp`"
    assert "15 more" in words_of(message)
    buttons = buttons_of(message)
    assert buttons["Previous"] == 'list_page {"text": "comp", "page": 1}'
    assert buttons["Next"] == 'list_page {"text": "comp", "page": 3}'
    assert len([one for one in elements_of(message) if one["action_id"] == "tenant_status"]) == 10


def test_the_only_page_leads_nowhere() -> None:
    message = list_message(some(3), 3, "", 1, page_size=10)
    check_message(message)
    assert set(buttons_of(message)) == {"Status"}
    assert "✅ *Company 0* – verified\n<https://company0.taskifai.com|company0.taskifai.com>" in words_of(
        message
    )


def test_a_search_without_a_hit_can_be_given_up() -> None:
    message = list_message([], 0, "<nothing>", 1, page_size=10)
    check_message(message)
    assert "No tenant has `&lt;nothing&gt;`" in message.text
    assert buttons_of(message) == {"Show all": 'list_page {"text": "", "page": 1}'}


def test_an_empty_registry_invites_to_begin() -> None:
    message = list_message([], 0, "", 1, page_size=10)
    check_message(message)
    assert buttons_of(message) == {"Provision the first one": "menu_provision -"}
