"""The regions a project can be made in, and the groups that stand for "somewhere there"."""

from typing import Any

REGIONS = {
    "us-east-1": "East US (North Virginia)",
    "us-east-2": "East US (Ohio)",
    "us-west-1": "West US (North California)",
    "us-west-2": "West US (Oregon)",
    "ap-east-1": "East Asia (Hong Kong)",
    "ap-southeast-1": "Southeast Asia (Singapore)",
    "ap-northeast-1": "Northeast Asia (Tokyo)",
    "ap-northeast-2": "Northeast Asia (Seoul)",
    "ap-southeast-2": "Oceania (Sydney)",
    "eu-west-1": "West EU (Ireland)",
    "eu-west-2": "West Europe (London)",
    "eu-west-3": "West EU (Paris)",
    "eu-north-1": "North EU (Stockholm)",
    "eu-central-1": "Central EU (Frankfurt)",
    "eu-central-2": "Central Europe (Zurich)",
    "ca-central-1": "Canada (Central)",
    "ap-south-1": "South Asia (Mumbai)",
    "sa-east-1": "South America (São Paulo)",
}
# Each group with the region it means today.
GROUPS = {
    "americas": ("Americas", "us-east-1"),
    "emea": ("Europe, Middle East and Africa", "eu-central-1"),
    "apac": ("Asia-Pacific", "ap-southeast-1"),
}
CONTINENTS = {
    "NA": "americas",
    "SA": "americas",
    "EU": "emea",
    "AF": "emea",
    "AS": "apac",
    "OC": "apac",
    "AN": "apac",
}


def choose_region(selection: dict[str, str] | None) -> str:
    """Settle on a region for a selection that was checked before; without one, it is ours to choose."""
    if selection is None:
        return GROUPS["americas"][1]
    if selection["type"] == "smartGroup":
        return GROUPS[selection["code"]][1]
    return selection["code"]


def describe_regions(continent: str) -> dict[str, Any]:
    group = CONTINENTS[continent]
    return {
        "recommendations": {
            "smartGroup": _describe_group(group),
            "specific": [_describe_region(GROUPS[group][1])],
        },
        "all": {
            "smartGroup": [_describe_group(code) for code in GROUPS],
            "specific": [_describe_region(code) for code in REGIONS],
        },
    }


def _describe_group(code: str) -> dict[str, str]:
    return {"name": GROUPS[code][0], "code": code, "type": "smartGroup"}


def _describe_region(code: str) -> dict[str, str]:
    return {"name": REGIONS[code], "code": code, "type": "specific", "provider": "AWS"}
