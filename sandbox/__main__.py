"""`python -m sandbox --home DIR`: runs the stand-ins of one home for as long as someone uses them."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from sandbox.errors import AlreadyServedError, SandboxError
from sandbox.files import make_private_folder
from sandbox.stack import Stack
from sandbox.users import wait_until_unused

_log = logging.getLogger("sandbox")


def main() -> None:
    """Run until nobody needs us. What went wrong goes to stderr: the log, when a user has started us."""
    options = _read_options()
    home = options.home.absolute()
    try:
        _start_log(make_private_folder(home / "sandbox") / "stand-ins.log")
        asyncio.run(_run(Stack(home, project_seconds=options.project_seconds, bin_dir=options.bin_dir)))
    except AlreadyServedError as error:
        sys.stderr.write(f"{error}\n")
    except (SandboxError, OSError) as error:
        sys.exit(str(error))


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Run the stand-ins of one home.")
    parser.add_argument("--home", type=Path, required=True, help="folder that keeps everything")
    parser.add_argument("--project-seconds", type=float, default=2.0, help="how long a new project takes")
    parser.add_argument("--bin-dir", type=Path, help="PostgreSQL's programs, instead of the embedded ones")
    return parser.parse_args()


def _start_log(path: Path) -> None:
    path.touch(mode=0o600)
    handlers: list[logging.Handler] = [logging.FileHandler(path, encoding="utf-8")]
    if sys.stderr.isatty():
        handlers.append(logging.StreamHandler())
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", handlers=handlers)
    _log.setLevel(logging.INFO)


async def _run(stack: Stack) -> None:
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    _log.info("starting in %s", stack.home)
    async with stack:
        _log.info("serving, control at %s", stack.document.control)
        reason = await _first_of(
            stopped=asked_to_stop.wait(),
            unused=wait_until_unused(stack.home),
            broken=stack.keep_postgres_running(),
        )
        _log.info("stopping: %s", reason)
    _log.info("stopped")


async def _first_of(**ends: Coroutine[Any, Any, object]) -> str:
    """Wait for whichever comes first and return its name; its error is ours."""
    tasks = {asyncio.create_task(end): name for name, end in ends.items()}
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    first = done.pop()
    await first
    return tasks[first]


if __name__ == "__main__":
    main()
