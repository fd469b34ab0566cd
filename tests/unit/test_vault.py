"""The vault: what it sealed opens where it belongs, and nowhere else."""

import base64
import json

import pytest
from cryptography.fernet import Fernet

from provisioning.adapters.fernet_vault import FernetVault, new_key
from provisioning.domain.secret import Sealed, Secret
from provisioning.errors import Permanent

SECRET = Secret("fake-password-1")
KEY = new_key()


@pytest.fixture
def vault() -> FernetVault:
    return FernetVault([KEY])


@pytest.fixture
def sealed(vault: FernetVault) -> Sealed:
    return vault.seal(SECRET, subdomain="customerinc", field="anon_key")


def test_what_was_sealed_opens(vault: FernetVault, sealed: Sealed) -> None:
    assert vault.open(sealed, subdomain="customerinc", field="anon_key") == SECRET


def test_a_secret_of_any_script_opens(vault: FernetVault) -> None:
    sealed = vault.seal(Secret("Schlüssel 鍵"), subdomain="customerinc", field="anon_key")

    assert vault.open(sealed, subdomain="customerinc", field="anon_key").reveal() == "Schlüssel 鍵"


def test_a_sealed_value_shows_nothing(sealed: Sealed) -> None:
    assert "fake-password" not in sealed
    assert b"fake-password" not in base64.urlsafe_b64decode(sealed)


def test_the_same_secret_is_never_sealed_the_same_way(vault: FernetVault, sealed: Sealed) -> None:
    assert vault.seal(SECRET, subdomain="customerinc", field="anon_key") != sealed


@pytest.mark.parametrize(
    ("subdomain", "field"), [("harbour", "anon_key"), ("customerinc", "service_key"), ("", "")]
)
def test_a_value_that_was_moved_does_not_open(
    vault: FernetVault, sealed: Sealed, subdomain: str, field: str
) -> None:
    with pytest.raises(Permanent, match="it was moved") as refusal:
        vault.open(sealed, subdomain=subdomain, field=field)

    assert refusal.value.code == "sealed"


def test_a_value_of_another_key_does_not_open_and_says_what_to_do(sealed: Sealed) -> None:
    with pytest.raises(Permanent, match="TENANTBOT_SECRET_KEYS") as refusal:
        FernetVault([new_key()]).open(sealed, subdomain="customerinc", field="anon_key")

    assert "anon_key of customerinc" in refusal.value.message


@pytest.mark.parametrize("text", ["", "nonsense", "gAAAAABnonsense"])
def test_what_is_no_sealed_value_does_not_open(vault: FernetVault, text: str) -> None:
    with pytest.raises(Permanent):
        vault.open(Sealed(text), subdomain="customerinc", field="anon_key")


def test_a_changed_value_does_not_open(vault: FernetVault, sealed: Sealed) -> None:
    middle = len(sealed) // 2
    other = "A" if sealed[middle] != "A" else "B"

    with pytest.raises(Permanent):
        vault.open(
            Sealed(sealed[:middle] + other + sealed[middle + 1 :]), subdomain="customerinc", field="anon_key"
        )


def test_after_a_new_key_old_values_open_and_new_ones_need_the_new_key(sealed: Sealed) -> None:
    new = new_key()
    rotated = FernetVault([new, KEY])

    assert rotated.open(sealed, subdomain="customerinc", field="anon_key") == SECRET
    sealed_now = rotated.seal(SECRET, subdomain="customerinc", field="anon_key")
    assert FernetVault([new]).open(sealed_now, subdomain="customerinc", field="anon_key") == SECRET


def test_a_reader_with_the_key_opens_it_as_documented(sealed: Sealed) -> None:
    content = json.loads(Fernet(KEY.reveal()).decrypt(sealed.encode()))

    assert content == {"for": "customerinc/anon_key", "value": "fake-password-1"}
