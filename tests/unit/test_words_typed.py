"""What people type after the command, as Slack hands it on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words_typed import email_in, plain_text, subdomain_in, text_and_page

DOMAIN = "taskifai.com"


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  customerinc ", "customerinc"),
        ("<http://customerinc.taskifai.com|customerinc.taskifai.com>", "customerinc.taskifai.com"),
        ("<https://customerinc.taskifai.com>", "https://customerinc.taskifai.com"[8:]),
        ("<mailto:ada@customer.com|ada@customer.com>", "ada@customer.com"),
        ("<mailto:ada@customer.com>", "ada@customer.com"),
        ("Smith &amp; Sons &lt;3", "Smith & Sons <3"),
        ("resend <http://a.com|a.com> to <mailto:b@c.de|b@c.de>", "resend a.com to b@c.de"),
        ("", ""),
        ("<@U0OPERATOR1>", "<@U0OPERATOR1>"),
    ],
)
def test_what_slack_makes_of_words_is_undone(typed: str, plain: str) -> None:
    assert plain_text(typed) == plain


@pytest.mark.parametrize(
    "typed",
    [
        "customerinc",
        "CustomerInc",
        "customerinc.taskifai.com",
        "https://customerinc.taskifai.com/login?next=/",
        "<https://customerinc.taskifai.com:443/x|customerinc.taskifai.com:443/x>",
        "<http://customerinc.taskifai.com|customerinc.taskifai.com>",
        "customerinc and more",
    ],
)
def test_a_tenant_is_found_in_whatever_names_it(typed: str) -> None:
    assert subdomain_in(typed, DOMAIN) == "customerinc"


def test_a_run_is_named_by_its_id() -> None:
    assert subdomain_in("provision-customerinc-0a1b2c3d", DOMAIN) == "provision-customerinc-0a1b2c3d"


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0"])
def test_nothing_names_nothing(typed: str) -> None:
    assert subdomain_in(typed, DOMAIN) == ""
    assert email_in(typed) is None


def test_an_address_is_freed_from_its_link() -> None:
    assert email_in("<mailto:ada@customer.com|ada@customer.com>") == "ada@customer.com"


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", ("", 1)),
        ("bibbi", ("bibbi", 1)),
        ("bibbi 2", ("bibbi", 2)),
        ("3", ("", 3)),
        ("0", ("", 1)),
        ("shop 24 2", ("shop 24", 2)),
        ("4711000", ("4711000", 1)),
        ("²", ("²", 1)),
        ("Smith &amp; Sons", ("Smith & Sons", 1)),
    ],
)
def test_a_number_at_the_end_is_a_page(typed: str, wanted: tuple[str, int]) -> None:
    assert text_and_page(typed) == wanted


@given(st.text(max_size=200))
def test_anything_may_be_typed(typed: str) -> None:
    text, page = text_and_page(typed)
    assert page >= 1
    assert text == text.strip()
    assert " " not in subdomain_in(typed, DOMAIN)
    plain_text(typed)
    email_in(typed)
