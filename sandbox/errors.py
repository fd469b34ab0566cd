"""What the sandbox says when it cannot go on: one sentence for the person who started it."""


class SandboxError(Exception):
    """A piece of the sandbox is missing or does not work; the message says which and what to do."""


class AlreadyServedError(SandboxError):
    """Another process runs the stand-ins of this home."""
