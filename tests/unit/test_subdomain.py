"""Which names may be a subdomain, and what is suggested from free text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.domain.subdomain import RESERVED, subdomain_fault, suggest_subdomain

without_clock = settings(deadline=None, database=None)


@pytest.mark.parametrize("name", ["abc", "a1b", "customerinc", "customer-inc", "9lives", "x" * 50, "a-b-c"])
def test_takes_letters_digits_and_inner_hyphens(name: str) -> None:
    assert subdomain_fault(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "3 to 50 characters; this one has 0"),
        ("ab", "3 to 50 characters; this one has 2"),
        ("x" * 51, "3 to 50 characters; this one has 51"),
        ("Customer", "lower-case letters"),
        ("cust_omer", "lower-case letters"),
        ("cust omer", "lower-case letters"),
        ("cust.omer", "lower-case letters"),
        ("-customer", "lower-case letters"),
        ("customer-", "lower-case letters"),
        ("kundé", "lower-case letters"),
        ("customer\n", "lower-case letters"),
        ("١٢٣", "lower-case letters"),
        ("a--b", "two hyphens"),
        ("xn--kund", "two hyphens"),
        ("mylocalhost", "reserved"),
        ("localhost", "reserved"),
    ],
)
def test_says_in_one_sentence_what_is_wrong(name: str, words: str) -> None:
    fault = subdomain_fault(name)

    assert fault is not None
    assert words in fault


@pytest.mark.parametrize("name", sorted(name for name in RESERVED if len(name) > 2))
def test_reserved_names_are_refused(name: str) -> None:
    assert "reserved" in (subdomain_fault(name) or "")


@pytest.mark.parametrize("name", ["www", "api", "admin", "app", "staging", "demo", "docs", "mail"])
def test_the_platforms_own_names_are_reserved(name: str) -> None:
    assert name in RESERVED


def test_a_fault_suggests_a_name_that_would_do() -> None:
    assert "for example customerinc." in (subdomain_fault("Customer Inc") or "")


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("Customer Inc", "customerinc"),
        ("Café Zürich & Söhne", "cafezurichsohne"),
        ("  A.B.C.  ", "abc"),
        ("www", ""),
        ("日本", ""),
        ("", ""),
        ("The Very Long Company Name", "theverylongcompanyname"),
    ],
)
def test_suggests_the_nearest_name(text: str, suggestion: str) -> None:
    assert suggest_subdomain(text) == suggestion


@without_clock
@given(st.text(max_size=120))
def test_a_suggestion_is_always_a_name_that_would_do(text: str) -> None:
    suggestion = suggest_subdomain(text)

    assert suggestion == "" or subdomain_fault(suggestion) is None


@without_clock
@given(st.text(alphabet="abz019-", min_size=1, max_size=60))
def test_what_is_taken_is_a_good_host_name(name: str) -> None:
    if subdomain_fault(name) is None:
        assert 3 <= len(name) <= 50
        assert name.strip("-") == name
        assert "--" not in name
