"""The Slack surface, and the composition of the whole program."""
