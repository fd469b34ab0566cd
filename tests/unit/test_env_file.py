"""What stands in `.env` and is no setting of ours: the archive's library reads its own from the environment."""

from pathlib import Path

import pytest

from provisioning.errors import InvalidRequest
from provisioning.setting_names import misspelt_settings
from provisioning.settings import Settings


def test_the_keys_of_the_archive_may_stand_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("AWS_REGION=eu-west-1\nAWS_ACCESS_KEY_ID=of-the-file\nPATH=elsewhere\n")
    environ = {"AWS_ACCESS_KEY_ID": "of-the-environment"}

    with pytest.raises(InvalidRequest):  # our own settings are missing
        Settings.from_env(environ, env_file=file)

    assert environ == {"AWS_ACCESS_KEY_ID": "of-the-environment", "AWS_REGION": "eu-west-1"}


def test_a_name_that_reads_like_a_setting_is_told_with_that_one(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "SUPABASE_ORGANISATION=acme\nSUPABASE_URL=of-another\nDNS_TARGET=a.example\nDNS_TARGETS=b\nEDITOR=ed\n"
    )
    assert misspelt_settings(file) == {"SUPABASE_ORGANISATION": "SUPABASE_ORGANIZATION"}
    assert misspelt_settings(tmp_path / "none") == {}
