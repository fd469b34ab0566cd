"""One line for each event, ours and the libraries', and no secret in any of them."""

import io
import json
import logging
import secrets
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import structlog

from provisioning.cli.logs import configure_logs
from provisioning.domain.secret import Secret
from provisioning.settings import Settings

PLANTED = f"not-a-real-password-{secrets.token_hex(4)}"
LOOKALIKES = (
    f"sbp_{secrets.token_hex(20)}",
    f"xoxb-fake-{secrets.token_hex(8)}",
    f"eyJ{secrets.token_hex(8)}.{secrets.token_hex(8)}.x",
    f"Bearer {secrets.token_hex(16)}",
    f"postgresql://somebody:{secrets.token_hex(4)}@db.test/registry",
    f"re_{secrets.token_hex(12)}",
    secrets.token_urlsafe(32).ljust(43, "x")[:43] + "=",
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """These tests are about what is written; whoever comes after them finds logging as it was."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before


@pytest.fixture
def written() -> io.StringIO:
    stream = io.StringIO()
    configure_logs(stream, level="INFO", form="json", secrets=[PLANTED])
    return stream


def lines(stream: io.StringIO) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail(fault: Exception) -> None:
    raise fault


def test_every_line_says_of_which_run_tenant_step_and_actor_it_is(written: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(
        run_id="r1", tenant="customerinc", step=3, actor="ada (cli)"
    ):
        structlog.get_logger().info("step started", title="Seed")
        logging.getLogger("uvicorn.error").error("the server is %s", "ill")

    ours, theirs = lines(written)
    for line in (ours, theirs):
        assert (line["run_id"], line["tenant"], line["step"], line["actor"]) == (
            "r1",
            "customerinc",
            3,
            "ada (cli)",
        )
        assert line["timestamp"].endswith("Z")
    assert (ours["event"], ours["title"], ours["level"]) == ("step started", "Seed", "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == (
        "the server is ill",
        "uvicorn.error",
        "error",
    )


@pytest.mark.parametrize("secret", [PLANTED, *LOOKALIKES], ids=range(1 + len(LOOKALIKES)))
@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_written_wherever_it_hides(form: Any, secret: str) -> None:
    stream = io.StringIO()
    configure_logs(stream, level="INFO", form=form, secrets=[PLANTED])
    log, library = structlog.get_logger(), logging.getLogger("slack_sdk")

    log.info(f"asked with {secret}", token=secret, headers={"authorization": [secret], secret: 1})  # noqa: G004 - as somebody might
    log.warning("odd", thing=ValueError(secret), secret=Secret(secret))
    library.error("asked with %s", secret, extra={"token": secret})
    for write in (log.exception, library.exception, library.warning):
        try:
            fail(RuntimeError(f"refused {secret}"))
        except RuntimeError:
            write("it failed", exc_info=True)

    text = stream.getvalue()
    hidden = secret.removeprefix("Bearer ").rpartition("://")[2].partition("@")[0]
    assert hidden not in text
    assert text.count("[redacted]") >= 7


def test_a_librarys_warning_is_one_line_and_its_error_keeps_the_traceback(written: io.StringIO) -> None:
    for level in (logging.WARNING, logging.ERROR):
        try:
            fail(OSError("connection refused"))
        except OSError:
            logging.getLogger("dbos").log(level, "database away", exc_info=True)

    warning, error = lines(written)
    assert warning["event"] == "database away (OSError('connection refused'))"
    assert "exception" not in warning
    assert error["exception"].startswith("Traceback")


def test_what_libraries_say_in_passing_is_left_out(written: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://api.test/v1 200 OK")

    assert written.getvalue() == ""


def test_warnings_go_the_same_way(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old-fashioned", stacklevel=1)

    assert "old-fashioned" in lines(written)[0]["event"]


def test_people_at_a_terminal_read_plain_lines_and_machines_read_json() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, is_json in ((Terminal(), False), (io.StringIO(), True)):
        configure_logs(stream, level="INFO", form="auto")
        structlog.get_logger().info("worker started", executor="e1")
        assert stream.getvalue().startswith("{") is is_json
        assert "worker started" in stream.getvalue()


def test_all_secrets_of_an_installation_are_known() -> None:
    raw = {
        "database_url": f"postgresql://us:{PLANTED}@127.0.0.1/registry",
        "tenantbot_secret_keys": secrets.token_urlsafe(32) + "=",
        "supabase_access_token": "planted-token",
        "supabase_organization": "org",
        "platform_registry": "none",
        "mail_url": "smtp://us:planted%20mail@127.0.0.1",
        "mail_from": "us@taskifai.test",
    }

    texts = Settings.checked(raw).secret_texts()

    assert {PLANTED, "planted-token", "planted mail", raw["tenantbot_secret_keys"]} <= texts
    assert "us@taskifai.test" not in texts
