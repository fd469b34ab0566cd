"""A setting that can't be meant is refused by name at the start, and never by a traceback or in mid-run."""

import pytest

from provisioning.errors import InvalidRequest
from provisioning.settings import Settings

HOST = "127.0.0.1:1"


def said_of(name: str, text: str) -> str:
    with pytest.raises(InvalidRequest) as refusal:  # others are missing in any case
        Settings.checked({name: text})
    return next((fault.message for fault in refusal.value.errors if fault.field == name.upper()), "")


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("mail_url", f"smtp://bot:fake:x/y@{HOST}", "write @, :, /"),
        ("mail_url", f"smtp://bot:12/y@{HOST}", "write @, :, /"),
        ("mail_url", "smtp://bot:fake@", "names no host"),
        ("mail_url", "resend://", "no key"),
        ("mail_url", "mailto:bot", "begins with smtp:// or smtps:// or resend://"),
        ("database_url", f"postgresql://bot:fa/ke@{HOST}/registry", "write @, :, /"),
        ("database_url", "mysql://bot@host/registry", "begins with postgresql://"),
        ("proof_database_url", f"postgresql://bot:fa#ke@{HOST}/proof", "write @, :, /"),
        ("mail_from", "hello", "it is one address"),
        ("mail_from", "a@b.com, c@d.com", "it is one address"),
        ("mail_reply_to", "Support", "it is one address"),
        ("archive_url", "/var/backups", "begins with file:///"),
        ("taskifai_domain", "https://taskifai.com", "it is a domain"),
        ("taskifai_url_template", "https://taskifai.com", "{subdomain} has to be in it"),
        ("supabase_data_api_url", "https://supabase.co", "{ref} has to be in it"),
        ("platform_admin_url", "api.taskifai.com", "begins with https://"),
    ],
)
def test_a_malformed_setting_is_named_with_what_is_wanted(name: str, text: str, wanted: str) -> None:
    said = said_of(name, text)
    assert said.startswith(f"{name.upper()} is malformed")
    assert wanted in said
    assert "fake" not in said


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mail_url", "smtp://me@taskifai.com:fake%2Fword@mail.taskifai.com:587"),
        ("mail_url", "resend://fake_key"),
        ("database_url", "postgresql://bot:fake@one:5432,two:5433/registry?target_session_attrs=primary"),
        ("database_url", "postgres:///registry?host=/run/postgresql"),
        ("mail_from", "TaskifAI <hello@taskifai.com>"),
        ("archive_url", "s3://bucket/prefix"),
        ("taskifai_url_template", "https://{subdomain}.taskifai.com:8443"),
        ("platform_admin_url", "http://127.0.0.1:8000"),
    ],
)
def test_what_can_be_meant_is_taken(name: str, text: str) -> None:
    assert said_of(name, text) == ""
