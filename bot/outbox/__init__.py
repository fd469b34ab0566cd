"""Every call to Slack goes through here: paced by budgets, repeated where that is safe, bounded in time."""
