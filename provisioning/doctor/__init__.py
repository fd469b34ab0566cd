"""Checks of everything outside that an installation depends on, each with what to do where it does not hold."""
