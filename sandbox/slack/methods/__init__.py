"""The methods of the Web API, by name: what each needs, how often it may be called, and what it does."""

from sandbox.slack.methods import account, chat, conversations, files, people, views
from sandbox.slack.methods.method import Method

METHODS: dict[str, Method] = {
    **account.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **views.METHODS,
}

__all__ = ["METHODS", "Method"]
