"""How long a digest of 10 000 tenants takes, against reading every one of their rows and nothing else.

    python3 bench/digest.py [TENANTS] [ROUNDS]

All on the embedded PostgreSQL, filled in bulk. The message is held against what Slack takes.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.scale import ACTOR, FILL, timed  # noqa: E402
from bot.blocks.digest import digest_message  # noqa: E402
from bot.pictures.digest import draw_digest  # noqa: E402
from bot.sandbox_settings import sandbox_settings  # noqa: E402
from provisioning.bootstrap import System, open_system, upgrade_database  # noqa: E402
from sandbox.stack import Stack  # noqa: E402


async def main(count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with Stack(home) as stack:
            settings = sandbox_settings(stack.document, home)
            await upgrade_database(settings.database_url)
            async with open_system(settings) as system:
                await system.pool.execute(FILL.format(count=count), timeout=3600)
                await measure(system, count, rounds)


async def measure(system: System, count: int, rounds: int) -> None:
    digest = await system.control.digests.preview(ACTOR)
    asked = {
        "every tenant's row (the floor)": lambda: system.pool.fetch("select * from tenants"),
        "the digest": lambda: system.control.digests.preview(ACTOR),
        "its picture": lambda: draw_digest(digest),
    }
    table = Table("what", "p50 ms", "most ms", "times the floor")
    floor = 0.0
    for name, question in asked.items():
        taken = sorted([await timed(question) for _ in range(rounds)])
        floor = floor or statistics.median(taken)
        middle = statistics.median(taken)
        table.add_row(name, f"{middle:.0f}", f"{taken[-1]:.0f}", f"{middle / floor:.2f}")
    blocks = digest_message(digest, approvers=["S0APPROVERS"]).blocks
    size = len(json.dumps(blocks, ensure_ascii=False).encode())
    Console().print(
        f"{count:,} tenants", table, f"message: {len(blocks)} blocks of 50, {size:,} bytes of 9,000"
    )


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    asyncio.run(main(*(given + [10_000, 20][len(given) :])))
