"""The terminal's way through the door (guide 14.4): options in, progress and documents out, no rules."""
