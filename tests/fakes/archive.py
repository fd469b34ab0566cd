"""An archive that is there, and keeps what it is given."""

from collections.abc import Sequence

from provisioning.domain.audit import Head


class FakeArchive:
    """Implements the port Archive."""

    def __init__(self) -> None:
        self.heads: dict[int, Head] = {}

    async def check_access(self) -> None:
        """It can be written and read."""

    async def try_out(self) -> None:
        """Nothing stays behind."""

    async def keep_head(self, head: Head) -> None:
        self.heads.setdefault(head.seq, head)

    async def kept_heads(self, *, limit: int) -> Sequence[Head]:
        return sorted(self.heads.values(), key=lambda head: head.seq)[-limit:]
