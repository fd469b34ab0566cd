"""One room per conversation: a command, its modal and its buttons are told in one place."""
