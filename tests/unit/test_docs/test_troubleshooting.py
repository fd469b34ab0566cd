"""The page about troubleshooting names every cause there is, and every fault that it tells to plant can be planted."""

import re

from provisioning.diagnose import examination
from provisioning.domain.diagnosis import REPAIRS
from provisioning.settings import ROOT
from sandbox.faults import KINDS
from sandbox.mishaps import KINDS as MISHAPS
from tests.e2e.test_diagnose import PLANTED

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| (\w+) \| ([\w-]+) \| (subdomain)? ?\| `(\w+)` \|$", re.MULTILINE)
_CODE = re.compile(r'(?:_cause|Cause)\(\s*(?:Issue\.\w+,\s*)?"(\w+)"')


def causes() -> set[str]:
    folder = ROOT / "provisioning" / examination.__package__.rpartition(".")[2]
    return {code for path in folder.glob("*.py") for code in _CODE.findall(path.read_text(encoding="utf-8"))}


def test_every_cause_is_explained() -> None:
    assert len(causes()) > 30
    assert [code for code in sorted(causes()) if f"`{code}`" not in PAGE] == []


def test_every_repair_is_explained() -> None:
    assert [fix for fix in REPAIRS if f"| `{fix}` |" not in PAGE] == []


def test_the_faults_to_try_are_those_that_are_tried() -> None:
    planted = {(service, kind, "subdomain" if one else "", cause) for service, kind, one, _, cause in PLANTED}
    assert set(_ROW.findall(PAGE)) == planted
    assert all(kind in {*KINDS[service], *MISHAPS.get(service, {})} for service, kind, *_ in planted)
