"""The mailbox: all mail of the sandbox, for programs as JSON and for people as a page."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.mail.message import Mail, kept, throw_away
from sandbox.state import State

# A mail is somebody else's page: it runs nothing, loads nothing, and its links open beside the mailbox.
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "referrer-policy": "no-referrer",
}
_OPEN_LINKS_OUTSIDE = '<base target="_blank">'


def create_app(state: State) -> Starlette:
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    page = templates.get_template("mailbox.html")

    async def show(_request: Request) -> Response:
        mails = (await kept(state))[::-1]
        return HTMLResponse(
            page.render(mails=mails, open_links_outside=_OPEN_LINKS_OUTSIDE), headers=_HEADERS
        )

    async def list_messages(request: Request) -> Response:
        mails = await kept(state, recipient=request.query_params.get("to"))
        return JSONResponse([_as_json(mail) for mail in mails])

    async def delete_messages(_request: Request) -> Response:
        await throw_away(state)
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/", show, methods=["GET"]),
            Route("/messages", list_messages, methods=["GET"]),
            Route("/messages", delete_messages, methods=["DELETE"]),
        ]
    )


def _as_json(mail: Mail) -> dict[str, str]:
    return {
        "to": ", ".join(mail.recipients),
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "message_id": mail.message_id,
    }
