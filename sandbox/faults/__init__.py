"""Faults on demand: which stand-in misbehaves how, where, and how often."""

from sandbox.faults.middleware import FaultMiddleware
from sandbox.faults.store import KINDS, SCRIPT, Fault, Faults

__all__ = ["KINDS", "SCRIPT", "Fault", "FaultMiddleware", "Faults"]
