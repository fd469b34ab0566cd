"""A secret in clear shows itself to nobody who does not ask for it."""

import copy
import json
import pickle
import string

import pytest

from provisioning.domain.secret import Secret, new_password

SECRET = Secret("fake-password")


def test_its_text_is_redacted() -> None:
    texts = (str(SECRET), repr(SECRET), f"{SECRET}", f"{SECRET!r}", f"{[SECRET]}", "{}".format(SECRET))  # noqa: UP032
    for text in texts:
        assert "fake-password" not in text
        assert "Secret(…)" in text


def test_only_reveal_gives_it_away() -> None:
    assert SECRET.reveal() == "fake-password"


def test_it_is_not_pickled_and_not_copied() -> None:
    with pytest.raises(TypeError, match="seal it first"):
        pickle.dumps(SECRET)
    with pytest.raises(TypeError, match="seal it first"):
        copy.deepcopy(SECRET)


def test_it_is_not_written_as_json() -> None:
    with pytest.raises(TypeError):
        json.dumps(SECRET)


def test_it_has_no_room_for_anything_else() -> None:
    assert not hasattr(SECRET, "__dict__")


def test_two_of_the_same_value_are_equal_and_hash_alike() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


def test_a_value_of_any_script_can_be_compared() -> None:
    assert Secret("Schlüssel") == Secret("Schlüssel")
    assert Secret("Schlüssel") != Secret("Schlussel")


@pytest.mark.parametrize("length", [20, 24, 32])
def test_a_new_password_has_letters_and_digits_only(length: int) -> None:
    password = new_password(length).reveal()

    assert len(password) == length
    assert set(password) <= set(string.ascii_letters + string.digits)


def test_no_two_passwords_are_the_same() -> None:
    assert len({new_password(24) for _ in range(200)}) == 200
