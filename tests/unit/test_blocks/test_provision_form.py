"""The form for a new tenant."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.form_values import FormValues, read_form
from bot.blocks.kit import View
from bot.blocks.provision_form import Suggestion, errors_for, provision_form
from provisioning.errors import FieldError
from tests.block_kit import check_view, elements_of, words_of

VALUES = FormValues(
    company="Customer Inc",
    email="admin@customer.com",
    name="John Doe",
    region="us-east-1",
    vendors=("galilu", "liberty"),
    sample_resellers=True,
    suggested="customerinc",
    edition=2,
)
VENDORS = ("boxnox", "galilu", "liberty")
REGIONS = ("eu-west-1", "us-east-1")


def draw(values: FormValues = VALUES, **changes: Any) -> View:
    given: dict[str, Any] = {
        "vendors": VENDORS,
        "regions": REGIONS,
        "default_region": "eu-west-1",
        "domain": "taskifai.com",
    }
    view = provision_form(values, **{**given, **changes})
    check_view(view)
    return view


def submitted(view: View, **typed: Any) -> View:
    """The view as Slack hands it in: what stands in its inputs, and what was typed over it."""
    state: dict[str, dict[str, Any]] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            name = element["action_id"]
            entered = typed.get(name, {
                "value": element.get("initial_value"),
                "selected_option": element.get("initial_option"),
                "selected_options": element.get("initial_options", []),
            })  # fmt: skip
            state[block["block_id"]] = {name: entered}
    return {**view, "state": {"values": state}}


def block_of(view: View, action_id: str) -> dict[str, Any]:
    return next(block for block in view["blocks"] if block.get("element", {}).get("action_id") == action_id)


def test_an_empty_form_asks_for_everything_that_is_needed() -> None:
    view = draw(FormValues())
    assert (view["callback_id"], view["title"]["text"], view["submit"]["text"]) == (
        "provision_form", "Provision a tenant", "Continue",
    )  # fmt: skip
    needed = [block["element"]["action_id"] for block in view["blocks"] if not block.get("optional", True)]
    assert needed == ["company", "email", "region"]
    assert block_of(view, "region")["element"]["initial_option"]["value"] == "eu-west-1"


def test_what_was_typed_stands_in_the_form_again() -> None:
    assert read_form(submitted(draw())) == VALUES


def test_reports_every_letter_of_the_company() -> None:
    block = block_of(draw(), "company")
    assert block["dispatch_action"]
    assert block["element"]["dispatch_action_config"] == {"trigger_actions_on": ["on_character_entered"]}


def test_a_suggestion_stands_in_the_subdomain_under_a_new_name() -> None:
    before, after = draw(VALUES), draw(VALUES.with_suggestion("customer-inc"))
    assert block_of(before, "subdomain")["block_id"] == "subdomain-2"
    assert block_of(after, "subdomain")["block_id"] == "subdomain-3"
    assert block_of(after, "subdomain")["element"]["initial_value"] == "customer-inc"
    assert VALUES.with_suggestion("customerinc") == VALUES


def test_a_subdomain_that_was_typed_stays_whatever_is_suggested() -> None:
    typed = read_form(submitted(draw(), subdomain={"value": "custinc"}))
    assert typed.subdomain == "custinc"
    view = draw(typed.with_suggestion("other"))
    assert block_of(view, "subdomain")["block_id"] == "subdomain-2"
    assert block_of(view, "subdomain")["element"]["initial_value"] == "custinc"


def test_an_empty_subdomain_means_the_suggested_one() -> None:
    cleared = read_form(submitted(draw(), subdomain={"value": None}))
    assert cleared.raw()["subdomain"] == "customerinc"
    assert FormValues(company="Other Company").raw()["subdomain"] == "othercompany"


def test_hands_the_door_what_it_reads() -> None:
    assert VALUES.raw() == {
        "company": "Customer Inc",
        "subdomain": "customerinc",
        "email": "admin@customer.com",
        "name": "John Doe",
        "region": "us-east-1",
        "vendors": ["galilu", "liberty"],
        "sample_resellers": True,
    }


def test_says_whether_the_subdomain_can_be_had() -> None:
    assert "✓ `customerinc.taskifai.com` is free" in words_of(draw(suggestion=Suggestion("customerinc")))
    taken = Suggestion("customerinc", "customerinc is taken by <Customer> Inc.")
    assert "✗ customerinc is taken by &lt;Customer&gt; Inc." in words_of(draw(suggestion=taken))
    assert "The tenant's address is made from the company's name" in words_of(draw(FormValues()))


def test_says_what_is_wrong_on_top() -> None:
    assert words_of(draw(problem="The registry can't be reached.")).startswith(
        "⚠️ The registry can't be reached."
    )


def test_a_region_that_is_not_offered_can_still_be_seen() -> None:
    options = block_of(draw(regions=()), "region")["element"]["options"]
    assert [one["value"] for one in options] == ["us-east-1"]
    assert len(block_of(draw(regions=[f"r{n}" for n in range(150)]), "region")["element"]["options"]) == 100


def test_without_vendors_there_is_nothing_to_choose() -> None:
    assert "vendors" not in [element["action_id"] for element in elements_of(draw(vendors=()))]


def test_puts_each_sentence_beside_its_field() -> None:
    errors = [
        FieldError("company", "The company name is missing; give it with --company."),
        FieldError("subdomain", "Too short."),
        FieldError("subdomain", "Too odd."),
        FieldError("sample_resellers", "Answer yes or no."),
    ]
    assert errors_for(draw(), errors) == {
        "company": "The company name is missing.",
        "subdomain-2": "Too short. Too odd.",
        "sample_resellers": "Answer yes or no.",
    }


def test_a_sentence_without_a_field_goes_to_the_first_one() -> None:
    assert errors_for(draw(), [FieldError("colour", "Unknown colour.")]) == {"company": "Unknown colour."}
    assert errors_for({"blocks": [{"type": "section"}]}, [FieldError("company", "No.")]) == {}


def test_drops_letters_that_nobody_can_see() -> None:
    typed = read_form(submitted(draw(), company={"value": " Cust\u202eomer\x00 \n Inc "}))
    assert typed.company == "Customer Inc"


TYPED = st.text(max_size=300)
EMPTY = provision_form(
    FormValues(), vendors=VENDORS, regions=REGIONS, default_region="eu-west-1", domain="taskifai.com"
)


@settings(max_examples=30, deadline=None)
@given(company=TYPED, subdomain=TYPED, email=TYPED, name=TYPED)
def test_keeps_anything_that_can_be_typed(company: str, subdomain: str, email: str, name: str) -> None:
    entered = {"company": company, "subdomain": subdomain, "email": email, "name": name}
    form = submitted(EMPTY, **{field: {"value": text} for field, text in entered.items()})
    values = read_form(form)
    assert FormValues.from_json(values.to_json()) == values
    assert len(values.to_json()) <= 3000
    draw(values)


def test_all_vendors_and_the_longest_names_fit_into_a_view() -> None:
    longest = '"' * 300
    values = FormValues(
        longest, "s" * 300, "e" * 300, longest, "r" * 20, tuple(f"vendor-{n}-name" for n in range(60))
    )
    assert len(values.to_json()) <= 3000
    assert json.loads(values.to_json())["company"] == longest


def test_reads_no_values_as_an_empty_form() -> None:
    assert FormValues.from_json("") == FormValues()
