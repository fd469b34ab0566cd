"""How events, commands and clicks reach the app, and how its answers come back."""
