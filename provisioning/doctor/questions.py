"""Questions that change nothing and that a plan for one tenant and the doctor ask alike."""

from provisioning.domain.question import Question
from provisioning.domain.request import REGION_GROUPS
from provisioning.ports import Mailer, Projects
from provisioning.provision.ports import Policy


async def ask_token(projects: Projects) -> Question:
    await projects.check_token()
    return Question("Supabase token", "may do what a run needs", ok=True)


async def ask_organization(projects: Projects, policy: Policy) -> Question:
    organization = await projects.organization()
    refused = organization.plan == "free" and not policy.allow_free_plan
    return Question(
        "organization",
        f"{organization.slug}, plan {organization.plan}; one more project costs {policy.monthly_cost:.0f} USD a month"
        + ("; free organizations are refused (SUPABASE_ALLOW_FREE_PLAN)" if refused else ""),
        ok=not refused,
    )


async def ask_region(projects: Projects, region: str) -> Question:
    offered = {*await projects.regions(), *REGION_GROUPS}
    return Question(
        "region", f"{region} is {'' if region in offered else 'not '}offered", ok=region in offered
    )


async def ask_mail(mailer: Mailer) -> Question:
    await mailer.check_login()
    return Question("mail", "the login works", ok=True)
