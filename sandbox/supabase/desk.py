"""What every operation has at hand."""

from dataclasses import dataclass

from sandbox.faults import Faults
from sandbox.state import State
from sandbox.supabase.projects import Project, find_project, list_projects, settle_projects
from sandbox.supabase.refusals import Refusal

SERVICE = "supabase"


@dataclass(frozen=True)
class Desk:
    state: State
    faults: Faults
    token: str
    organization: str
    project_seconds: float

    async def misbehaves(self, kind: str) -> bool:
        """Tell whether a fault is on that this stand-in knows beyond those of every HTTP service."""
        return await self.faults.active(SERVICE, kind)

    async def get_project(self, ref: str) -> Project:
        await self._settle(ref)
        project = await find_project(self.state, ref)
        if project is None:
            raise Refusal(404, "Project not found")
        return project

    async def list_projects(self) -> list[Project]:
        await self._settle(None)
        return await list_projects(self.state)

    async def get_living_project(self, ref: str) -> Project:
        """Return a project that is not on its way out, for whatever belongs to it."""
        project = await self.get_project(ref)
        if project.deleted_at is not None:
            raise Refusal(404, "Project not found")
        return project

    async def _settle(self, ref: str | None) -> None:
        await settle_projects(
            self.state,
            ref,
            never_ready=await self.misbehaves("never-ready"),
            init_failed=await self.misbehaves("init-failed"),
            unknown_status=await self.misbehaves("unknown-status"),
        )
