"""Logs as events with fields, on stderr; anything that looks like a secret is cut out as the second line of defence."""

import logging
import os
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from provisioning.domain.redaction import redact


def open_log_file(home: Path) -> TextIO:
    """Open the log of the commands that people watch; only its owner may read it."""
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / "tenantbot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "w", buffering=1, encoding="utf-8")


def configure_logs(stream: TextIO, *, level: str, json: bool) -> None:
    """Set up structlog and the standard library's loggers once, at the start of a process."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(logging.getLevelName(level), logging.WARNING),
        stream=stream,
        format="%(levelname)s %(name)s %(message)s",
    )
    for handler in logging.getLogger().handlers:
        handler.addFilter(_redact_record)


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


def _redact_record(record: logging.LogRecord) -> bool:
    """A library's traceback is kept for errors; a warning, such as a database that is away, is one line."""
    said = record.getMessage()
    if record.exc_info and record.exc_info[1] is not None:
        if record.levelno < logging.ERROR:
            said = f"{said} ({record.exc_info[1]!r})"
            record.exc_info = None
        else:
            record.exc_text = redact("".join(traceback.format_exception(record.exc_info[1])).rstrip())
    record.msg, record.args = redact(said), ()
    return True
