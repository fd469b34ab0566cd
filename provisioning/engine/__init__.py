"""Durable execution: steps with retries, runs in legs, and the one import of DBOS."""
