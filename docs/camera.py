"""The sandbox that pictures are taken of, and how one is saved."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Locator, Page

from sandbox.document import SandboxDocument

RUN_MILLISECONDS: Final = 60_000

_PICTURES: Final = Path(__file__).parent / "pictures"
_START_SECONDS: Final = 90


@asynccontextmanager
async def fresh_sandbox() -> AsyncIterator[SandboxDocument]:
    """Start one in a folder that goes when the pictures are taken."""
    with tempfile.TemporaryDirectory(prefix="tenantbot-pictures-") as folder:
        home = Path(folder) / "home"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "sandbox", "--home", str(home), stdout=asyncio.subprocess.DEVNULL
        )
        try:
            yield await _document(home)
        finally:
            process.terminate()
            await process.wait()


async def save(shown: Page | Locator, name: str) -> None:
    """Save what is to be seen in 256 colours, which such a page does with: a third of the bytes."""
    page = shown if isinstance(shown, Page) else shown.page
    await page.wait_for_timeout(400)  # animations end
    picture = Image.open(BytesIO(await shown.screenshot())).convert("RGB")
    picture.quantize(256).save(_PICTURES / f"{name}.png", optimize=True)


async def _document(home: Path) -> SandboxDocument:
    async with asyncio.timeout(_START_SECONDS):
        while (document := SandboxDocument.load(home)) is None:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.2)
    return document
