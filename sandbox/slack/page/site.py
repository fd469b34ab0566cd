"""The page itself: plain files, read once, which load nothing from anywhere else."""

import mimetypes
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

_FILES = Path(__file__).with_name("static")
_HEADERS = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def routes() -> list[BaseRoute]:
    """Return the ways to the page; the JSON under /page/api comes before them."""
    files = {path.relative_to(_FILES).as_posix(): _answer(path) for path in _FILES.rglob("*.*")}

    async def show_page(_request: Request) -> Response:
        return files["index.html"]

    async def show_file(request: Request) -> Response:
        found = files.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return found

    return [Route("/", _show_way), Route("/page", show_page), Route("/page/{name:path}", show_file)]


async def _show_way(_request: Request) -> Response:
    return RedirectResponse("/page")


def _answer(path: Path) -> Response:
    kind, _ = mimetypes.guess_type(path.name)
    return Response(path.read_bytes(), media_type=kind, headers=_HEADERS)
