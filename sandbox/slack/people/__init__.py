"""What a person does in Slack: types a command, fills a modal, clicks, speaks, opens the Home tab."""
