"""Telling by trial which key sealed a value, and sealing it anew, whatever it holds."""

import json
from pathlib import Path

import pytest

from provisioning.adapters.fernet_vault import FernetVault, new_key
from provisioning.adapters.key_file import KeyFile
from provisioning.domain.keyring import Keyring, UnknownKey, key_name
from provisioning.domain.secret import Secret
from provisioning.engine.sealed_json import SealedJson

OLD, NEW, LOST = new_key(), new_key(), new_key()


def test_renews_what_an_older_key_sealed_and_nothing_twice() -> None:
    both = Keyring([NEW, OLD])
    renewed = both.renewed(Keyring([OLD]).seal("text"))
    assert renewed is not None
    assert Keyring([NEW]).open(renewed) == "text"
    assert both.renewed(renewed) is None


def test_renews_what_is_sealed_inside_of_what_is_sealed() -> None:
    vault = FernetVault([OLD])
    inner = vault.seal(Secret("fake-password"), subdomain="customerinc", field="project_password")
    result = vault.seal(Secret(json.dumps({"password": inner})), subdomain="customerinc", field="run/step 1")
    checkpoint = SealedJson([OLD]).serialize({"results": {"1": result}})

    renewed = Keyring([NEW, OLD]).renewed(checkpoint)

    assert renewed is not None
    alone = FernetVault([NEW])
    read = SealedJson([NEW]).deserialize(renewed)["results"]["1"]
    opened = json.loads(alone.open(read, subdomain="customerinc", field="run/step 1").reveal())
    kept = alone.open(opened["password"], subdomain="customerinc", field="project_password")
    assert kept == Secret("fake-password")


def test_renews_an_inside_of_an_older_key_under_an_outside_of_the_newest() -> None:
    sealed = Keyring([NEW]).seal(Keyring([OLD]).seal("text"))
    renewed = Keyring([NEW, OLD]).renewed(sealed)
    assert renewed is not None
    assert Keyring([NEW]).open(Keyring([NEW]).open(renewed)) == "text"


def test_leaves_inside_what_only_looks_sealed() -> None:
    strange = Keyring([LOST]).seal("text")
    sealed = Keyring([NEW]).seal(f"see {strange}")
    assert Keyring([NEW, OLD]).renewed(sealed) is None


def test_says_when_no_key_opens_it() -> None:
    with pytest.raises(UnknownKey):
        Keyring([NEW, OLD]).renewed(Keyring([LOST]).seal("text"))


def test_names_keys_without_giving_them_away() -> None:
    assert Keyring([NEW, OLD]).names == (key_name(NEW), key_name(OLD))
    assert key_name(NEW) not in NEW.reveal()


def test_a_vault_over_a_file_follows_it_at_once(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_text(OLD.reveal())
    here, elsewhere = KeyFile(path), FernetVault(KeyFile(path))
    sealed = elsewhere.seal(Secret("1"), subdomain="customerinc", field="anon_key")

    here.put_first(NEW)

    assert elsewhere.open(sealed, subdomain="customerinc", field="anon_key") == Secret("1")
    anew = elsewhere.seal(Secret("2"), subdomain="customerinc", field="anon_key")
    assert FernetVault([NEW]).open(anew, subdomain="customerinc", field="anon_key") == Secret("2")
    here.keep_newest()
    assert list(KeyFile(path)) == [NEW]
    assert path.stat().st_mode & 0o777 == 0o600
