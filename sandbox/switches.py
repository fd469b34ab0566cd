"""Faults and mishaps over HTTP: listed, switched on, and all cleared at once."""

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, PositiveInt, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox import mishaps
from sandbox.faults import KINDS, Faults
from sandbox.mishaps import MishapError, Mishaps


class FaultRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    service: str
    kind: str
    path: str = ""
    times: PositiveInt | None = None  # None: until cleared
    delay: NonNegativeFloat = 0


class Switches:
    """A mishap is a kind of fault to whoever plants it: its path is the subdomain of the tenant it happens to."""

    def __init__(self, faults: Faults, happened: Mishaps) -> None:
        self._faults = faults
        self._mishaps = happened

    async def show(self, _request: Request) -> Response:
        faults = [vars(fault) for fault in await self._faults.all()]
        return JSONResponse(sorted(faults + await self._mishaps.all(), key=lambda one: one["id"]))

    async def add(self, request: Request) -> Response:
        try:
            wanted = FaultRequest.model_validate_json(await request.body())
        except ValidationError as error:
            return _refuse("; ".join(": ".join((*map(str, e["loc"]), e["msg"])) for e in error.errors()))
        if wanted.service not in KINDS:
            return _refuse(f"service: one of {', '.join(KINDS)}")
        happens = mishaps.KINDS.get(wanted.service, {})
        kinds = {*KINDS[wanted.service], *happens}
        if wanted.kind not in kinds:
            return _refuse(f"kind: for {wanted.service} one of {', '.join(sorted(kinds))}")
        return await (self._plant(wanted) if wanted.kind in happens else self._switch_on(wanted))

    async def clear(self, _request: Request) -> Response:
        await self._mishaps.take_back()
        await self._faults.clear()
        return Response(status_code=204)

    async def _switch_on(self, wanted: FaultRequest) -> Response:
        number = await self._faults.add(wanted.service, wanted.path, wanted.kind, wanted.times, wanted.delay)
        return JSONResponse({"id": number, **wanted.model_dump()}, 201)

    async def _plant(self, wanted: FaultRequest) -> Response:
        if wanted.times is not None or wanted.delay:
            return _refuse("times, delay: this happens at once, and stays until it is mended or cleared")
        try:
            number = await self._mishaps.plant(wanted.service, wanted.kind, wanted.path)
        except MishapError as error:
            return _refuse(str(error))
        return JSONResponse({"id": number, **wanted.model_dump()}, 201)


def _refuse(message: str) -> Response:
    return JSONResponse({"message": message}, 400)
