"""The form for a new tenant, and where the door's answers belong in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.blocks import ids
from bot.blocks.form_values import FormValues
from bot.blocks.kit import Block, Element, View, context, input_block, modal, option, plain, section
from bot.blocks.words import bare, code, said
from provisioning.errors import FieldError

_MOST_TYPED: Final = 255
_MOST_OPTIONS: Final = 100


@dataclass(frozen=True)
class Suggestion:
    """What is known of the subdomain that the form stands at: `fault` says why it can't be had, None that it is free."""

    subdomain: str
    fault: str | None = None


def provision_form(
    values: FormValues,
    *,
    vendors: Sequence[str],
    regions: Sequence[str],
    default_region: str,
    domain: str,
    suggestion: Suggestion | None = None,
    problem: str | None = None,
) -> View:
    """Draw the form with everything that was typed before; `problem` is said on top."""
    blocks: list[Block] = [
        *([section(f"⚠️ {said(problem, 1000)}")] if problem else []),
        _company(values),
        _subdomain(values),
        context(_about_subdomain(suggestion, domain)),
        _email(values),
        _name(values),
        _region(values, regions, default_region),
        *([_vendors(values, vendors)] if vendors else []),
        _sample_resellers(values),
    ]
    return modal(
        "Provision a tenant",
        blocks,
        callback_id=ids.PROVISION_FORM,
        submit="Continue",
        close="Cancel",
        private_metadata=values.to_json(),
    )


def errors_for(view: Mapping[str, Any], errors: Sequence[FieldError]) -> dict[str, str]:
    """Put the door's sentences beside the inputs of a submitted form, for Slack to show.

    One for a field that the form does not have goes to the form's first input. Empty where the view has no inputs.
    """
    places = {
        block["element"].get("action_id"): block["block_id"]
        for block in view.get("blocks", ())
        if block.get("type") == "input"
    }
    first = next(iter(places.values()), None)
    found: dict[str, list[str]] = {}
    for error in errors:
        if (place := places.get(error.field, first)) is not None:
            found.setdefault(place, []).append(bare(error.message, 400))
    return {place: " ".join(messages) for place, messages in found.items()}


def _company(values: FormValues) -> Block:
    element = _typed(ids.COMPANY, values.company) | {
        "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
        "focus_on_load": True,
    }
    return input_block("Company", element, block_id="company", dispatches=True)


def _subdomain(values: FormValues) -> Block:
    hint = "3 to 50 of a-z, 0-9 and inner hyphens."
    if values.suggested:
        hint += f" Leave it empty for {bare(values.suggested, 60)}."
    return input_block(
        "Subdomain",
        _typed(ids.SUBDOMAIN, values.subdomain or values.suggested),
        block_id=f"subdomain-{values.edition}",
        hint=hint,
        optional=True,
    )


def _about_subdomain(suggestion: Suggestion | None, domain: str) -> str:
    if suggestion is None or not suggestion.subdomain:
        return "The tenant's address is made from the company's name, unless you choose another one."
    if suggestion.fault:
        return f"✗ {said(suggestion.fault)}"
    return f"✓ {code(f'{suggestion.subdomain}.{domain}')} is free"


def _email(values: FormValues) -> Block:
    element: Element = {"type": "email_text_input", "action_id": ids.EMAIL}
    if values.email:
        element["initial_value"] = values.email
    hint = "The welcome e-mail goes there, with a temporary password."
    return input_block("First admin's e-mail address", element, block_id="email", hint=hint)


def _name(values: FormValues) -> Block:
    return input_block("First admin's name", _typed(ids.NAME, values.name), block_id="name", optional=True)


def _region(values: FormValues, regions: Sequence[str], default_region: str) -> Block:
    chosen = values.region or default_region
    offered = list(dict.fromkeys([*([] if chosen in regions else [chosen]), *regions]))[:_MOST_OPTIONS]
    element = {
        "type": "static_select",
        "action_id": ids.REGION,
        "options": [option(region, region) for region in offered],
        "placeholder": plain("Choose a region"),
    }
    if chosen in offered:
        element["initial_option"] = option(chosen, chosen)
    return input_block("Region", element, block_id="region")


def _vendors(values: FormValues, vendors: Sequence[str]) -> Block:
    offered = vendors[:_MOST_OPTIONS]
    element = {
        "type": "multi_static_select",
        "action_id": ids.VENDORS,
        "options": [option(vendor, vendor) for vendor in offered],
        "placeholder": plain("All vendors"),
    }
    if chosen := [option(vendor, vendor) for vendor in values.vendors if vendor in offered]:
        element["initial_options"] = chosen
    hint = "Whose files the tenant can read from the start. Leave it empty for all."
    return input_block("Vendors", element, block_id="vendors", hint=hint, optional=True)


def _sample_resellers(values: FormValues) -> Block:
    wanted = option("Add the sample resellers", "yes")
    element: Element = {"type": "checkboxes", "action_id": ids.SAMPLE_RESELLERS, "options": [wanted]}
    if values.sample_resellers:
        element["initial_options"] = [wanted]
    return input_block("Sample data", element, block_id="sample_resellers", optional=True)


def _typed(action_id: str, value: str) -> Element:
    element: Element = {"type": "plain_text_input", "action_id": action_id, "max_length": _MOST_TYPED}
    return element | ({"initial_value": value} if value else {})
