"""A request: parsed once, with one sentence for each wrong field."""

import json
from typing import Any

import pytest

from provisioning.domain.request import (
    ProvisionRequest,
    RequestDefaults,
    parse_email,
    parse_provision_request,
)
from provisioning.errors import InvalidRequest

DEFAULTS = RequestDefaults("eu-west-1", ("boxnox", "galilu", "skins_sa"))
RAW = {"company": "Customer Inc", "subdomain": "customerinc", "email": "admin@customer.com"}


def parse(**fields: Any) -> ProvisionRequest:
    return parse_provision_request({**RAW, **fields}, DEFAULTS)


def faults(**fields: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refusal:
        parse(**fields)
    return {error.field: error.message for error in refusal.value.errors}


def test_the_least_there_must_be() -> None:
    assert parse() == ProvisionRequest(
        company="Customer Inc",
        subdomain="customerinc",
        admin_email="admin@customer.com",
        admin_name="Administrator",
        region="eu-west-1",
        vendors=("boxnox", "galilu", "skins_sa"),
        sample_resellers=False,
    )


def test_it_survives_its_journey_as_json() -> None:
    request = parse(vendors="galilu", sample_resellers=True)

    assert ProvisionRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_every_wrong_field_has_one_message() -> None:
    found = faults(
        company="", subdomain="UPPER", email="nobody", name="x" * 256, region="moon", vendors="acme"
    )

    assert found.keys() == {"company", "subdomain", "email", "name", "region", "vendors"}
    assert all(message.endswith((".", ";")) or message for message in found.values())


def test_the_message_of_the_whole_says_all_and_points_to_the_first() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse(company="", region="moon")

    assert refusal.value.field == "company"
    assert "company name is missing" in refusal.value.message
    assert "moon is not a region" in refusal.value.message


@pytest.mark.parametrize("field", ["company", "subdomain", "email"])
@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_a_missing_field_says_its_option(field: str, nothing: str | None) -> None:
    assert f"--{field}" in faults(**{field: nothing})[field]


def test_an_empty_input_names_what_is_missing() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_provision_request({}, DEFAULTS)

    assert [error.field for error in refusal.value.errors] == ["company", "subdomain", "email"]


@pytest.mark.parametrize("length", [1, 255])
def test_a_company_may_have_up_to_255_characters(length: int) -> None:
    assert len(parse(company="x" * length).company) == length


def test_a_longer_company_is_refused() -> None:
    assert "may have 255 characters; this one has 256" in faults(company="x" * 256)["company"]


def test_spaces_around_and_within_are_tidied() -> None:
    assert parse(company="  Customer \t\n Inc ").company == "Customer Inc"
    assert parse(name=" John\nDoe ").admin_name == "John Doe"
    assert parse(subdomain=" customerinc ").subdomain == "customerinc"
    assert parse(region=" EU-West-1 ").region == "eu-west-1"


@pytest.mark.parametrize("field", ["company", "name"])
@pytest.mark.parametrize("character", ["\x00", "\x07", "\x7f"])
def test_control_characters_are_refused(field: str, character: str) -> None:
    assert "Control characters" in faults(**{field: f"Customer{character}Inc"})[field]


def test_names_of_every_script_are_kept() -> None:
    assert parse(company="株式会社 Müller & Søn").company == "株式会社 Müller & Søn"


@pytest.mark.parametrize("email", ["admin@customer.com", "first.last+tag@sub.customer.co.uk"])
def test_an_address_is_taken(email: str) -> None:
    assert parse(email=email).admin_email == email


def test_an_address_is_kept_in_lower_case_as_the_login_compares_it() -> None:
    assert parse(email=" Admin@Customer.COM ").admin_email == "admin@customer.com"


@pytest.mark.parametrize(
    "email",
    [
        *("admin", "admin@", "@customer.com", "admin@customer", "a b@customer.com", "admin@customer..com"),
        *(
            "admin@localhost",
            "admin@[192.0.2.1]",
            "Admin <admin@customer.com>",
            "admin@customer.com, b@b.com",
        ),
    ],
)
def test_an_address_that_the_platform_would_not_take_is_refused(email: str) -> None:
    assert faults(email=email)["email"].startswith(email.strip())


def test_an_address_of_more_than_255_characters_is_refused() -> None:
    assert "255 characters" in faults(email="a" * 250 + "@customer.com")["email"]


def test_an_address_by_itself_is_parsed_the_same_way() -> None:
    assert parse_email("Admin@Customer.com") == "admin@customer.com"
    with pytest.raises(ValueError, match="missing"):
        parse_email("")


@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-2", "americas", "emea", "apac"])
def test_a_region_is_a_code_or_a_group(region: str) -> None:
    assert parse(region=region).region == region


@pytest.mark.parametrize("region", ["europe", "eu-west", "eu_west_1", "eu-west-1; drop", "eu-west-11"])
def test_another_region_is_refused(region: str) -> None:
    assert f"{region} is not a region" in faults(region=region)["region"]


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        (None, ("boxnox", "galilu", "skins_sa")),
        ("", ("boxnox", "galilu", "skins_sa")),
        ([], ("boxnox", "galilu", "skins_sa")),
        (" , ", ("boxnox", "galilu", "skins_sa")),
        ("galilu", ("galilu",)),
        ("Galilu, boxnox,,galilu", ("galilu", "boxnox")),
        (["skins_sa", "boxnox"], ("skins_sa", "boxnox")),
    ],
)
def test_vendors_are_chosen_by_name(given: object, chosen: tuple[str, ...]) -> None:
    assert parse(vendors=given).vendors == chosen


def test_an_unknown_vendor_is_named_with_the_known_ones() -> None:
    message = faults(vendors="boxnox,acme,zenith")["vendors"]

    assert "acme, zenith" in message
    assert "boxnox, galilu, skins_sa" in message


@pytest.mark.parametrize("given", [7, True])
def test_vendors_of_a_wrong_kind_are_a_wrong_field(given: object) -> None:
    assert "vendors" in faults(vendors=given)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [(True, True), (False, False), (None, False), ("yes", True), ("no", False), ("false", False)],
)
def test_sample_resellers_are_a_yes_or_a_no_however_it_is_said(given: object, wanted: bool) -> None:
    assert parse(sample_resellers=given).sample_resellers is wanted
