"""Pictures of one tenant's life, from its form to its return from the archive."""

from docs.camera import RUN_MILLISECONDS, save
from tests.integration.slack_page import SlackPage


async def provision(slack: SlackPage) -> None:
    page = slack.page
    await slack.type_command("/tenant provision Customer Inc")
    await page.get_by_text("is free").wait_for()
    await slack.fill("First admin's e-mail address", "admin@customer.com")
    await save(page, "form")
    await slack.submit()
    await page.get_by_text("It costs").wait_for()
    await save(page, "plan")
    await slack.submit()
    await page.get_by_text("step 1 of 8", exact=False).first.wait_for()
    await save(page, "progress")
    await page.get_by_text("is verified, after").first.wait_for(timeout=RUN_MILLISECONDS)
    await page.get_by_text("replies").first.wait_for()
    await slack.open_thread("Customer Inc")
    await slack.thread.get_by_text("Tenant ID").first.wait_for()
    await save(page, "thread")


async def suspend(slack: SlackPage) -> None:
    await _switch(slack, "suspend", "The invoice of October is not paid.")
    await slack.message("Suspending").get_by_text("is suspended").first.wait_for(timeout=RUN_MILLISECONDS)
    await save(slack.page, "suspend")
    await _switch(slack, "activate", "The invoice is paid.")
    await slack.message("Activating").get_by_text("is verified").first.wait_for(timeout=RUN_MILLISECONDS)


async def _switch(slack: SlackPage, verb: str, reason: str) -> None:
    await slack.type_command(f"/tenant {verb} customerinc")
    await slack.modal.get_by_text("Why?").wait_for()
    await slack.fill("Why?", reason)
    await slack.submit()


async def ask_for_the_end(slack: SlackPage, grace: str) -> None:
    await slack.type_command("/tenant deprovision customerinc")
    await slack.modal.get_by_text("Type the subdomain").wait_for()
    await slack.fill("Type the subdomain", "customerinc")
    await slack.fill("Why?", "The customer has left; their contract ended in October.")
    await slack.choose("Grace period", grace)
    await slack.submit()
    await slack.modal.get_by_text("An approver has until").wait_for()
    await slack.close_modal()


async def approve(slack: SlackPage) -> None:
    page = slack.page
    await page.get_by_role("button", name="Approve").first.wait_for()
    await page.get_by_text("asks for the end of").first.scroll_into_view_if_needed()
    await save(page, "approval")
    await slack.click("Approve")
    await slack.confirm("Approve")
    await page.get_by_text("Undo: bring it back").wait_for(timeout=RUN_MILLISECONDS)
    await save(page, "grace")


async def undo(slack: SlackPage) -> None:
    await slack.click("Undo: bring it back")
    await slack.page.get_by_text("is brought back").first.wait_for(timeout=RUN_MILLISECONDS)
    await slack.message("Activating").get_by_text("is verified").first.wait_for(timeout=RUN_MILLISECONDS)


async def see_the_end(slack: SlackPage) -> None:
    await slack.page.get_by_role("button", name="Approve").first.wait_for()
    await slack.click("Approve")
    await slack.confirm("Approve")
    await slack.page.get_by_text("is deleted, after").first.wait_for(timeout=RUN_MILLISECONDS)
    await save(slack.page, "deprovision")


async def restore(slack: SlackPage) -> None:
    page = slack.page
    await slack.type_command("/tenant restore customerinc")
    await slack.modal.get_by_text("Leave it empty for its own").wait_for()
    await slack.fill("Why?", "They signed again.")
    await slack.submit()
    await slack.modal.get_by_text("It costs").wait_for()
    await save(page, "restore")
    await slack.submit()
    await slack.message("Restoring").get_by_text("is verified, after").wait_for(timeout=RUN_MILLISECONDS)
    await save(page, "restored")
