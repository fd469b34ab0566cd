"""The names that buttons, inputs and views carry, by which Slack tells us what was done to them."""

from typing import Final

MENU_PROVISION: Final = "menu_provision"
MENU_OVERVIEW: Final = "menu_overview"
MENU_LIST: Final = "menu_list"
MENU_HELP: Final = "menu_help"

RUN_RETRY: Final = "run_retry"
RUN_ROLLBACK: Final = "run_rollback"
RUN_CANCEL: Final = "run_cancel"

TENANT_STATUS: Final = "tenant_status"
TENANT_VERIFY: Final = "tenant_verify"
TENANT_RESEND: Final = "tenant_resend"
TENANT_SUSPEND: Final = "tenant_suspend"
TENANT_ACTIVATE: Final = "tenant_activate"

TENANT_ROTATE: Final = "tenant_rotate"

DIAGNOSIS_AGAIN: Final = "diagnosis_again"
DIAGNOSIS_REPAIR: Final = "diagnosis_repair"
DIAGNOSIS_LOCKDOWN: Final = "diagnosis_lockdown"

TENANT_DEPROVISION: Final = "tenant_deprovision"
RUN_UNDO: Final = "run_undo"
APPROVAL_APPROVE: Final = "approval_approve"
APPROVAL_REJECT: Final = "approval_reject"

LOCKDOWN_LIFT: Final = "lockdown_lift"
ORPHAN_REMOVE: Final = "orphan_remove"

LIST_PAGE: Final = "list_page"
HOME_REFRESH: Final = "home_refresh"
PROVISION_BACK: Final = "provision_back"
RESTORE_BACK: Final = "restore_back"
LINK: Final = "link"
"""A button that opens an address. Slack tells us of the click all the same."""

COMPANY: Final = "company"
SUBDOMAIN: Final = "subdomain"
EMAIL: Final = "email"
NAME: Final = "name"
REGION: Final = "region"
VENDORS: Final = "vendors"
SAMPLE_RESELLERS: Final = "sample_resellers"
REASON: Final = "reason"
CONFIRM: Final = "confirm"
CONFIRM_PROJECT: Final = "confirm_project"
GRACE: Final = "grace"
ARCHIVE: Final = "archive"

PROVISION_FORM: Final = "provision_form"
PROVISION_PLAN: Final = "provision_plan"
RESTORE_FORM: Final = "restore_form"
RESTORE_PLAN: Final = "restore_plan"
ROLLBACK_CONFIRM: Final = "rollback_confirm"
ROTATE_CONFIRM: Final = "rotate_confirm"
REASON_FORM: Final = "reason_form"
DEPROVISION_FORM: Final = "deprovision_form"
REJECT_FORM: Final = "reject_form"
LOCKDOWN_FORM: Final = "lockdown_form"
LIFT_FORM: Final = "lift_form"
ORPHAN_FORM: Final = "orphan_form"
NOTICE: Final = "notice"

NO_VALUE: Final = "-"
"""What a button carries that needs to carry nothing: Slack takes no empty value."""
