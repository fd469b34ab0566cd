"""Keeps each run's thread in Slack as its row says: what is to be seen is derived, never remembered."""
