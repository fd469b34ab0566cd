"""A process of the Slack bot, and what it says."""

import asyncio
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.e2e.installation import command, environment
from tests.e2e.terminal import Terminal

_PATIENCE = 60.0


@dataclass
class Bot:
    process: "subprocess.Popen[bytes]"
    log: Path

    @classmethod
    def start(cls, terminal: Terminal, *arguments: str, environ: Mapping[str, str] | None = None) -> Self:
        """Start a command; with no settings given it is one of the sandbox."""
        at_home = ["--sandbox", "--home", str(terminal.home)] if environ is None else []
        log = terminal.home / f"bot-{len(terminal.started)}.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                command(*arguments, *at_home),
                cwd=terminal.home,
                env=environment(terminal.home, environ or {}),
                stdout=said,
                stderr=said,
            )
        terminal.started.append(process)
        return cls(process, log)

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def url(self) -> str:
        """Where it takes signed requests."""
        found = re.search(r"HTTP at port (\d+)", self.said)
        assert found is not None, self.said
        return f"http://127.0.0.1:{found[1]}/slack/events"

    async def until_it_says(self, *words: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                while not all(word in self.said for word in words):
                    assert self.process.poll() is None, self.said
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{words} is not said in: {self.said}") from None

    async def end_well(self) -> None:
        """Ask it to stop, as a deploy does; it does so with nothing left undone."""
        self.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(self.process.wait) == 0
        assert "Traceback" not in self.said

    async def kill(self) -> None:
        self.process.kill()
        await asyncio.to_thread(self.process.wait)
