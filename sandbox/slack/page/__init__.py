"""Slack as a person has it before them: what they see and do, as JSON under /page/api."""
