"""The control plane as a surface sees it: its verbs, grouped by what they are about."""

from dataclasses import dataclass

from provisioning.control_plane.approvals import Approvals
from provisioning.control_plane.audit import AuditReader
from provisioning.control_plane.desk import Desk
from provisioning.control_plane.diagnoses import Diagnoses
from provisioning.control_plane.digests import Digests
from provisioning.control_plane.fleet import Fleet
from provisioning.control_plane.gate import Gate
from provisioning.control_plane.imports import Imports
from provisioning.control_plane.keys import Keys
from provisioning.control_plane.lockdowns import Lockdowns
from provisioning.control_plane.notices import Notices
from provisioning.control_plane.orphans import Orphans
from provisioning.control_plane.plans import Plans
from provisioning.control_plane.repeats import Repeats
from provisioning.control_plane.reports import Reports
from provisioning.control_plane.requests import Requests
from provisioning.control_plane.restores import Restores
from provisioning.control_plane.rounds import Rounds
from provisioning.control_plane.runs import RunDecisions
from provisioning.control_plane.schedules import Schedules
from provisioning.control_plane.upgrades import Upgrades
from provisioning.control_plane.views import Views


@dataclass(frozen=True)
class ControlPlane:
    """`requests` start runs, `runs` decide about them, `views` read, `plans` ask beforehand.

    `imports` take up what was made by hand, `orphans` tidy up, `approvals` ask a second person, `lockdowns` suspend
    all, `restores` put backups back, `diagnoses` find out what is wrong, `fleet` and `upgrades` keep the schemas,
    `audit` reads what all of them left behind, `keys` renews what seals it all, `digests` sum it up. `gate`, `reports`
    and `repeats` are for surfaces: who was turned away, how far people have been told, and what was answered to a
    request that comes again; `schedules` is for clocks.
    """

    requests: Requests
    runs: RunDecisions
    views: Views
    plans: Plans
    imports: Imports
    orphans: Orphans
    approvals: Approvals
    lockdowns: Lockdowns
    restores: Restores
    diagnoses: Diagnoses
    notices: Notices
    fleet: Fleet
    upgrades: Upgrades
    audit: AuditReader
    keys: Keys
    digests: Digests
    rounds: Rounds
    schedules: Schedules
    gate: Gate
    reports: Reports
    repeats: Repeats

    @classmethod
    def at(cls, desk: Desk) -> "ControlPlane":
        return cls(
            requests=Requests(desk),
            runs=RunDecisions(desk),
            views=Views(desk),
            plans=Plans(desk),
            imports=Imports(desk),
            orphans=Orphans(desk),
            approvals=Approvals(desk),
            lockdowns=Lockdowns(desk),
            restores=Restores(desk),
            diagnoses=Diagnoses(desk),
            notices=Notices(desk),
            fleet=Fleet(desk),
            upgrades=Upgrades(desk),
            audit=AuditReader(desk),
            keys=Keys(desk),
            digests=Digests(desk),
            rounds=Rounds(desk),
            schedules=Schedules(desk),
            gate=Gate(desk),
            reports=Reports(desk),
            repeats=Repeats(desk),
        )
