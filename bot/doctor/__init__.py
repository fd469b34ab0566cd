"""Checks of what the Slack surface depends on, each with what to do where it does not hold."""

from bot.doctor.examination import slack_check
from bot.doctor.installation import Installation
from bot.doctor.settings import check_settings, misspelt, unreadable_settings

__all__ = ["Installation", "check_settings", "misspelt", "slack_check", "unreadable_settings"]
