"""Names in the settings file that nobody reads, because a letter of them is wrong."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from provisioning.settings import Settings

_ALIKE: Final = 0.9
"""So much of a name must be right: the file may hold settings of other programs, too."""


def misspelt_settings(env_file: Path) -> Mapping[str, str]:
    """Names that are none of ours, each with the one that it reads like and that is not set there."""
    there = dotenv_values(env_file) if env_file.is_file() else {}
    unset = [name.upper() for name in Settings.model_fields if name.upper() not in there]
    strange = [name for name in there if name.lower() not in Settings.model_fields]
    close = {name: get_close_matches(name.upper(), unset, 1, _ALIKE) for name in strange}
    return {name: meant[0] for name, meant in close.items() if meant}
