"""Logs as events with fields, one line each: ours and the libraries' through one pipe, for people or for machines."""

import logging
import os
import sys
from collections.abc import Collection, MutableMapping
from pathlib import Path
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import Processor

from provisioning.domain.redaction import Redactor

_QUIET: Final = logging.WARNING
"""What libraries say below it is of use to their authors only, and holds addresses and headers."""


def open_log_file(home: Path) -> TextIO:
    """Open the log of the commands that people watch; only its owner may read it."""
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / "tenantbot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "w", buffering=1, encoding="utf-8")


def configure_logs(
    stream: TextIO, *, level: str, form: Literal["auto", "console", "json"], secrets: Collection[str] = ()
) -> None:
    """Set up structlog and the standard library's loggers once, at the start of a process.

    `auto` is for people where a terminal shows it, else for machines. Whatever is in `secrets` is cut out of every
    line, as is what looks like a secret: the second line of defence, behind never putting one into a line.
    """
    for_machines = form == "json" or (form == "auto" and not stream.isatty())
    end = _end(for_machines=for_machines, colors=stream.isatty(), redactor=Redactor(secrets))
    begin: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*begin, *end],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*begin, structlog.stdlib.add_logger_name, _in_one_line],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *end],
        )
    )
    logging.basicConfig(level=max(logging.getLevelName(level), _QUIET), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)


def _end(*, for_machines: bool, colors: bool, redactor: Redactor) -> list[Processor]:
    """Tracebacks become text first, so that nothing is written that was not looked through."""

    def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {key: redactor.redacted(value) for key, value in event.items()}

    shown: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if for_machines
        else structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
    )
    return [structlog.processors.format_exc_info, redact, shown]


def _in_one_line(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's traceback is kept for errors; a warning, such as a database that is away, is one line."""
    record: logging.LogRecord = event["_record"]
    if record.exc_info and record.exc_info[1] is not None and record.levelno < logging.ERROR:
        event["event"] = f"{event['event']} ({record.exc_info[1]!r})"
        event.pop("exc_info", None)
        record.exc_info = None
    elif event.get("exc_info") is True:
        event["exc_info"] = record.exc_info or sys.exc_info()
    return event
