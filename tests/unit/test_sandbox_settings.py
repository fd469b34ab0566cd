"""The settings of a sandbox: what it has of its own from the start."""

import secrets
from pathlib import Path

import pytest
import trustme

from bot.sandbox_settings import sandbox_settings
from provisioning.adapters.schema_folder import SchemaFilesInFolder
from sandbox.document import SandboxDocument
from tests.fakes.world import real_schema

HERE = "http://127.0.0.1:9"


@pytest.fixture
def document(tmp_path: Path) -> SandboxDocument:
    fake, authority = secrets.token_hex(16), tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(authority))
    return SandboxDocument(
        pid=1, database_url="postgresql://somebody@127.0.0.1:9/tenantbot", pg_bin="", control=HERE, faults=HERE,
        mailbox=HERE, supabase_api=HERE, supabase_data_api=HERE + "/{ref}", supabase_token=f"sbp_{fake}",
        supabase_organization="abcdefghijklmnopqrst", platform=HERE, platform_token=fake, domain="taskifai.test",
        url_template="https://{subdomain}.taskifai.test:9", ca_file=str(authority), smtp="127.0.0.1:9", smtp_user="somebody",
        smtp_password=fake, dns="127.0.0.1:9", cloudflare_api=HERE, cloudflare_token=fake, cloudflare_zone=fake,
        slack_api=HERE, slack_page=HERE, slack_bot_token=f"xoxb-{fake}", slack_app_token=f"xapp-{fake}",
        slack_signing_secret=fake,
    )  # fmt: skip


async def test_a_file_put_beside_the_schema_later_is_seen_without_a_restart(
    document: SandboxDocument, tmp_path: Path
) -> None:
    schema = SchemaFilesInFolder(sandbox_settings(document, tmp_path).tenant_schema_dir)
    before = await schema.files()

    (tmp_path / "schema/tenant/20990101000001_add_note.sql").write_text("create table notes (id int);")

    assert [file.version for file in await schema.files()] == [
        *(file.version for file in before),
        "20990101000001",
    ]
    assert before == real_schema()


async def test_what_was_put_there_is_still_there_the_next_time(
    document: SandboxDocument, tmp_path: Path
) -> None:
    folder = sandbox_settings(document, tmp_path).tenant_schema_dir
    mine = folder / "20990101000001_add_note.sql"
    mine.write_text("create table notes (id int);")

    sandbox_settings(document, tmp_path)

    assert mine.read_text() == "create table notes (id int);"
