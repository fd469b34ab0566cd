"""An archive that is there."""


class FakeArchive:
    """Implements the port Archive."""

    async def check_access(self) -> None:
        """It can be written and read."""
