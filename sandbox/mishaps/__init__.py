"""Mishaps: what is done to a tenant behind everybody's back. Planted like faults, and taken back with them."""

from sandbox.mishaps.mishaps import KINDS, MishapError, Mishaps

__all__ = ["KINDS", "MishapError", "Mishaps"]
