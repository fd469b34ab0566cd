"""Where in Slack a person finds what a setting needs."""

from typing import Final

INSTALL_APP: Final = (
    "At api.slack.com/apps open the app, OAuth & Permissions: install or reinstall it "
    "and copy the Bot User OAuth Token."
)
REINSTALL_APP: Final = (
    "At api.slack.com/apps open the app, App Manifest: paste app_manifest.yml and save; then reinstall it."
)
ALLOW_SOCKETS: Final = (
    "At api.slack.com/apps open the app, Basic Information, App-Level Tokens: generate one with "
    "connections:write and copy it; it begins with xapp-."
)
FIND_CHANNEL_ID: Final = (
    "Open the channel in Slack and click its name: its id, C and more, is at the end of About."
)
FIND_MEMBER_IDS: Final = (
    "A person's id: their profile, ⋮, Copy member ID (U…). "
    "A group's: People & user groups, the group, ⋮, Copy group ID (S…)."
)
