"""What people see in Slack: pure functions from data to Block Kit JSON, one module per thing that is shown."""
