"""Pictures in messages: drawn by matplotlib, where the extra `pictures` is installed."""
