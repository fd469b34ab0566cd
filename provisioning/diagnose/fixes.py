"""The fixes that playbooks propose: each a verb that is there, or a repair, or what a person has to do outside."""

from provisioning.domain.diagnosis import Fix, FixVerb

_VERIFIED = "check the tenant's access as a customer would"

ACTIVATE = Fix(
    FixVerb.ACTIVATE, "Activate", ("make it active in our registry and at the platform", _VERIFIED)
)
ROTATE = Fix(
    FixVerb.ROTATE,
    "Set new credentials",
    (
        "set a new database password by Supabase's API, and prove it",
        "make a new secret key, publish it, and delete the old one",
        _VERIFIED,
    ),
)
SEAL_ANEW = Fix(
    FixVerb.ROTATE,
    "Set new credentials",
    (
        "first look for the key that sealed them: back in TENANTBOT_SECRET_KEYS, it opens all of them at once",
        "if it is lost: read the project's keys from Supabase, and seal them with the newest key",
        *ROTATE.plan,
    ),
)
VERIFY = Fix(FixVerb.VERIFY, "Verify", ("check the whole tenant again, as step 8 does",))
RETRY = Fix(FixVerb.RETRY, "Retry its run", ("go on with the run from the step that stopped it",))
LOCKDOWN = Fix(
    FixVerb.LOCKDOWN,
    "Suspend all tenants",
    ("an approver confirms the lockdown", "every tenant is suspended, which is proved at its own URL"),
)
NOTIFY = Fix(
    FixVerb.NOTIFY,
    "Notify the admins",
    ("an approver reads and approves the notice", "each affected tenant's admin gets it once"),
)
REPUBLISH = Fix(
    FixVerb.REPUBLISH,
    "Publish it again",
    ("give the platform our registry's database URL and keys, and switch the tenant on there", _VERIFIED),
)
READ_KEYS = Fix(
    FixVerb.READ_KEYS,
    "Read the keys again",
    (
        "read the project's present keys and pooler address from Supabase, and seal them",
        "give them to the platform",
        _VERIFIED,
    ),
)
RESTORE_PROJECT = Fix(
    FixVerb.RESTORE_PROJECT,
    "Restore the project",
    ("ask Supabase to restore the paused project", "wait until its services are up", _VERIFIED),
)


def add_record(host: str, target: str, provider: str) -> Fix:
    """The record, added by us where we may write to the zone, else named for whoever may."""
    if provider == "none":
        return by_hand(f"add this record where the zone is kept: {host} CNAME {target}")
    return Fix(
        FixVerb.ADD_RECORD,
        "Add the record",
        (f"add {host} CNAME {target} at {provider}", "wait until the zone's own servers show it", _VERIFIED),
    )


def by_hand(*plan: str) -> Fix:
    """What nobody can do from here; afterwards it is looked at again."""
    return Fix(FixVerb.BY_HAND, "By hand", plan)
