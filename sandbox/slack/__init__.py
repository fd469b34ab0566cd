"""A stand-in for Slack: Web API, Socket Mode and signed HTTP, and the people who use them."""
