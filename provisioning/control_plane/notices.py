"""Asking a second person whether the admins of affected tenants are told of an incident."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.control_plane.asking import ask, new_approval
from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import parse_reason
from provisioning.domain.actor import Actor, Role
from provisioning.domain.approval import NO_TENANT, NOTIFY, Approval
from provisioning.domain.incident import FOLDER, affected_in, incident_path, incident_print
from provisioning.errors import FieldError, InvalidRequest, Refused
from provisioning.notices.notice_email import notice_email
from provisioning.ports import Backups

LONGEST_MESSAGE: Final = 1000


class Notices:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def request(
        self,
        actor: Actor,
        subdomain: str,
        *,
        reason: str,
        message: str = "",
        incident: str = "",
        origin: Mapping[str, Any] | None = None,
    ) -> Approval:
        """Ask for a notice about an incident of this tenant: the one named, else its latest.

        `message` is added to the notice in these words. Whoever approves is shown the notice and who gets it.
        """
        wanted = {"reason": reason, "message": message, "incident": incident}
        async with self._desk.admit(actor, Role.OPERATOR, NOTIFY, subdomain=subdomain, request=wanted):
            said, added = parse_reason(reason), _message(message)
            backups = self._desk.ports.backups
            if backups is None:
                raise Refused("There is no place for incidents: set ARCHIVE_URL.", code="no_archive")
            name = await _find(backups, subdomain, incident)
            document = await backups.read(incident_path(name))
            asked = self._question(actor, name, document, said, added, origin)
            async with self._desk.registry.transaction() as tx:
                return await ask(tx, actor, asked)

    def _question(
        self,
        actor: Actor,
        name: str,
        document: Mapping[str, Any],
        reason: str,
        message: str,
        origin: Mapping[str, Any] | None,
    ) -> Approval:
        ports, told = self._desk.ports, [one for one in affected_in(document) if one.admin_email]
        if not told:
            raise Refused(
                f"{name} concerns no tenant of our registry, so there is no admin to tell.",
                code="nobody_to_tell",
            )
        shown = notice_email(
            document,
            told[0],
            message=message,
            access_url=ports.app.url(told[0].subdomain),
            support_url=ports.policy.support_url,
            message_id="",
        )
        fingerprint = incident_print(document)
        return new_approval(
            self._desk,
            actor,
            action=NOTIFY,
            subject=name,
            tenant_id=told[0].tenant_id or NO_TENANT,
            shown=fingerprint,
            request={
                "incident": incident_path(name),
                "fingerprint": fingerprint,
                "message": message,
                "reason": reason,
            },
            facts={
                "tenants": [one.subdomain for one in told],
                "recipients": [one.admin_email for one in told],
                "unknown": [one.subdomain for one in affected_in(document) if not one.admin_email],
                "found": "; ".join(str(cause["sentence"]) for cause in document["causes"]),
                "subject": shown.subject,
                "text": shown.text,
            },
            origin=origin,
        )


async def _find(backups: Backups, subdomain: str, wanted: str) -> str:
    """The incident of this name, else the tenant's latest. Raises Refused when the archive has none."""
    names = [path.removeprefix(f"{FOLDER}/").removesuffix(".json") for path in await backups.list(FOLDER)]
    own = [name for name in names if name.rpartition("-")[0] == subdomain and wanted in {"", name}]
    if not own:
        which = f"No incident {wanted} of {subdomain}" if wanted else f"No incident of {subdomain}"
        raise Refused(
            f"{which} is kept; `tenantbot diagnose {subdomain} --issue leak` makes one.",
            code="no_incident",
            field="incident",
        )
    return max(own)


def _message(text: str) -> str:
    said = text.strip()
    if len(said) > LONGEST_MESSAGE:
        raise InvalidRequest(
            [FieldError("message", f"The message may have {LONGEST_MESSAGE} characters at most.")]
        )
    return said
