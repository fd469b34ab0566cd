"""Checks of an installation, one after the other, each with what to do where it does not hold."""

from bot.doctor.examination import examine
from bot.doctor.installation import Installation
from bot.doctor.settings import unreadable_settings
from provisioning.doctor.finding import Finding

__all__ = ["Finding", "Installation", "examine", "unreadable_settings"]
