"""One invocation: its options, the system it talks to, who is talking, and where its answer goes."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import structlog
import typer
from rich.console import Console

from provisioning.bootstrap import System, open_system
from provisioning.cli.identity import actor_from_token, sandbox_actor
from provisioning.cli.logs import configure_logs, open_log_file
from provisioning.cli.options import Options, Program
from provisioning.cli.output import Output
from provisioning.domain.actor import Actor
from provisioning.errors import NeedsPerson, Refused, TenantbotError
from provisioning.settings import ENV_FILE, Settings
from provisioning.tracing import tracing

T = TypeVar("T")

EXIT_OK, EXIT_FAILED, EXIT_REFUSED, EXIT_NEEDS_PERSON, EXIT_INTERRUPTED = 0, 1, 2, 3, 130

_PIPED_WIDTH = 160

_NOBODY: Final = Actor(surface="cli", id="unknown", name="somebody without a valid token", role=None)

SandboxOpener = Callable[[Path], AbstractAsyncContextManager[Settings]]
"""Starts, or joins, the stand-ins that live under a home, and says how to reach them. The composition supplies it."""


@dataclass(frozen=True)
class Invocation:
    """What the command line said before any verb."""

    options: Options
    open_sandbox: SandboxOpener
    program: Program

    @property
    def output(self) -> Output:
        return Output(
            json=self.options.json,
            out=_console(stderr=False),
            err=_console(stderr=True),
            program=self.program,
        )


def _console(*, stderr: bool) -> Console:
    """A terminal's width where there is one; else wide enough for a table to be read by a program."""
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPED_WIDTH
    return console


@dataclass(frozen=True)
class Session:
    """An open system, and the person at the terminal."""

    system: System
    actor: Actor
    output: Output


@asynccontextmanager
async def open_settings(
    invocation: Invocation, *, log_here: bool = False, for_slack: bool = False, tell_all: bool = False
) -> AsyncIterator[Settings]:
    """The sandbox's settings, or the environment's. Logs go to the terminal, or to the home's log file."""
    async with _read_settings(invocation, for_slack=for_slack, tell_all=tell_all) as settings:
        stream = sys.stderr if log_here else open_log_file(invocation.options.home)
        configure_logs(
            stream, level=settings.log_level, form=settings.log_format, secrets=settings.secret_texts()
        )
        async with tracing(settings.otel_exporter_otlp_endpoint):
            yield settings


@asynccontextmanager
async def _read_settings(
    invocation: Invocation, *, for_slack: bool, tell_all: bool
) -> AsyncIterator[Settings]:
    if invocation.options.sandbox:
        async with AsyncExitStack() as stack:
            with invocation.output.err.status("Starting the sandbox"):
                settings = await stack.enter_async_context(invocation.open_sandbox(invocation.options.home))
            yield settings
    else:
        yield Settings.from_env(os.environ, env_file=ENV_FILE, for_slack=for_slack, tell_all=tell_all)


@asynccontextmanager
async def open_session(
    invocation: Invocation, *, log_here: bool, for_slack: bool = False
) -> AsyncIterator[Session]:
    async with (
        open_settings(invocation, log_here=log_here, for_slack=for_slack) as settings,
        open_system(settings) as system,
    ):
        yield Session(system, await _admit(invocation.options, settings, system), invocation.output)


def run_verb(
    context: typer.Context,
    verb: Callable[[Session], Awaitable[int]],
    *,
    log_here: bool = False,
    may_execute: bool = False,
    for_slack: bool = False,
) -> NoReturn:
    """Open a session, do the verb, leave with its exit code. Every error becomes one message and one code.

    `may_execute`: the verb may have to execute runs here, so the engine is imported while the session opens.
    `for_slack`: it needs the settings of the Slack surface.
    """
    invocation = invocation_of(context)

    async def main() -> int:
        if may_execute:
            asyncio.get_running_loop().run_in_executor(None, import_module, "provisioning.engine.dbos_engine")
        async with open_session(invocation, log_here=log_here, for_slack=for_slack) as session:
            with structlog.contextvars.bound_contextvars(actor=session.actor.label):
                return await verb(session)

    finish(invocation.output, main)


def finish(output: Output, main: Callable[[], Any]) -> NoReturn:
    """Run a coroutine function to its exit code, with no traceback for any error that has a message."""
    try:
        code = asyncio.run(main())
    except TenantbotError as fault:
        output.error(fault)
        code = exit_code_of(fault)
    except KeyboardInterrupt:
        output.say("Stopped watching.")
        code = EXIT_INTERRUPTED
    sys.stdout.flush()
    raise typer.Exit(code)


def exit_code_of(fault: TenantbotError) -> int:
    if isinstance(fault, Refused):
        return EXIT_REFUSED
    return EXIT_NEEDS_PERSON if isinstance(fault, NeedsPerson) else EXIT_FAILED


def invocation_of(context: typer.Context) -> Invocation:
    found: Mapping[str, Any] = context.find_root().obj
    invocation = found["invocation"]
    assert isinstance(invocation, Invocation)
    return invocation


async def _admit(options: Options, settings: Settings, system: System) -> Actor:
    try:
        return await _actor(options, settings)
    except Refused as refusal:
        await system.control.gate.refuse(_NOBODY, "cli", refusal.message)
        raise


async def _actor(options: Options, settings: Settings) -> Actor:
    if options.sandbox:
        return sandbox_actor(options.person or "operator")
    if options.person is not None:
        raise Refused(
            "--as works in the sandbox only; elsewhere TENANTBOT_TOKEN says who you are.",
            code="not_sandbox",
            field="as",
        )
    return await actor_from_token(settings)
