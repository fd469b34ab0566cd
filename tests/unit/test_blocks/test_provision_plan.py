"""The views between the form and the start of a run."""

from dataclasses import replace

from bot.blocks.form_values import FormValues
from bot.blocks.provision_plan import checking_view, plan_view, starting_view, trouble_view
from provisioning.control_plane.plans import Plan
from provisioning.domain.question import Question
from provisioning.domain.request import ProvisionRequest
from tests.block_kit import buttons_of, check_view, words_of
from tests.unit.test_blocks.samples import TITLES

VALUES = FormValues(company="Customer Inc", suggested="customerinc", email="admin@customer.com")
PLAN = Plan(
    request=ProvisionRequest(
        "Customer Inc", "customerinc", "admin@customer.com", "John Doe", "eu-west-1", ("boxnox",)
    ),
    steps=TITLES,
    monthly_cost=10.0,
    questions=(
        Question("subdomain", "customerinc is free", ok=True),
        Question("archive", "not set (ARCHIVE_URL)", ok=None),
    ),
)


def test_there_is_nothing_to_submit_while_the_outside_is_asked() -> None:
    view = checking_view(VALUES)
    check_view(view)
    assert "submit" not in view
    assert view["callback_id"] == "provision_plan"
    assert "*Customer Inc* as `customerinc`" in words_of(view)
    assert "Asking Supabase" in words_of(view)


def test_there_is_nothing_to_submit_while_a_run_starts() -> None:
    view = starting_view(VALUES)
    check_view(view)
    assert "submit" not in view
    assert "⏳ Starting …" in words_of(view)


def test_the_plan_says_what_will_be_made_and_what_it_costs() -> None:
    view = plan_view(VALUES, PLAN)
    check_view(view)
    told = words_of(view)
    assert "*Customer Inc* as `customerinc` in eu-west-1, admin John Doe (admin@customer.com)" in told
    assert "1. Create Supabase project" in told
    assert "8. Verify &amp; test" in told
    assert "It costs 10 USD a month, from the first step on." in told
    assert "✓ *subdomain*: customerinc is free" in told
    assert "– *archive*: not set (ARCHIVE_URL)" in told
    assert view["submit"]["text"] == "Provision"


def test_a_plan_that_is_not_ready_may_be_tried_anyway() -> None:
    view = plan_view(VALUES, replace(PLAN, questions=(Question("mail", "535: wrong password", ok=False),)))
    check_view(view)
    assert view["submit"]["text"] == "Provision anyway"
    assert "✗ *mail*: 535: wrong password" in words_of(view)
    assert "Go back and correct what is marked ✗." in words_of(view)


def test_a_plan_without_questions_is_shown_too() -> None:
    check_view(plan_view(VALUES, replace(PLAN, questions=(), steps=("Only one",))))


def test_trouble_loses_nothing() -> None:
    view = trouble_view(VALUES, "The registry can't be reached.")
    check_view(view)
    assert view["callback_id"] == "provision_plan"
    assert view["submit"]["text"] == "Try again"
    assert "⚠️ The registry can't be reached." in words_of(view)


def test_every_view_carries_what_was_typed_and_leads_back_to_the_form() -> None:
    for view in (
        checking_view(VALUES),
        starting_view(VALUES),
        plan_view(VALUES, PLAN),
        trouble_view(VALUES, "No."),
    ):
        assert FormValues.from_json(view["private_metadata"]) == VALUES
    for view in (plan_view(VALUES, PLAN), trouble_view(VALUES, "No.")):
        assert buttons_of(view) == {"Back to the form": "provision_back -"}
