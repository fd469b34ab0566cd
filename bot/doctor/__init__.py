"""Checks of an installation, one after the other, each with what to do where it does not hold."""

from bot.doctor.examination import examine
from bot.doctor.finding import Finding
from bot.doctor.installation import Installation
from bot.doctor.settings import unreadable_settings

__all__ = ["Finding", "Installation", "examine", "unreadable_settings"]
