"""The digest in a terminal."""

from collections.abc import Callable
from typing import TypeVar

from provisioning.cli.output import Output
from provisioning.domain.digest import Digest, DigestFacts, Listing

T = TypeVar("T")


def tell_digest(output: Output, digest: Digest) -> None:
    """What waits for whom comes first, as in Slack."""
    facts = digest.facts
    since = f"since {digest.since:%Y-%m-%d %H:%M} UTC" if digest.since else "in the last week"
    output.say(
        f"{facts.total} tenants: {_numbers(facts) or 'none yet'}; {facts.new.total} new, {facts.gone} gone {since}."
    )
    part = _Part(output)
    part.tell(
        "Waiting for a person",
        facts.waiting,
        lambda one: f"{one.subdomain} {one.kind}: {one.what} ({one.who})",
    )
    part.tell(
        "To approve",
        facts.approvals,
        lambda one: (
            f"{one.subdomain} {one.action}, asked by {one.requested_by}, until {one.expires_at:%Y-%m-%d %H:%M} UTC"
        ),
    )
    part.tell("Not verified", facts.failing, lambda one: f"{one.subdomain}: {one.verdict}")
    part.tell("To be deleted", facts.deletions, lambda one: f"{one.subdomain} {one.at:%Y-%m-%d %H:%M} UTC")
    part.tell(
        "Suspended",
        facts.suspended,
        lambda one: (
            f"{one.subdomain} by {one.by or 'somebody'}" + (f" {one.since:%Y-%m-%d}" if one.since else "")
        ),
    )
    part.tell(
        "Verified with advisory failures", facts.advisory, lambda one: f"{one.subdomain}: {one.verdict}"
    )
    part.tell("New", facts.new, lambda one: f"{one.subdomain} ({one.company})")
    change = "" if digest.cost_change is None else f", {digest.cost_change:+.0f} since the last digest"
    output.say(f"Cost: {digest.cost:.0f} USD a month for {facts.projects} projects{change}.")
    if (slow := facts.slowest) is not None:
        output.say(
            f"Slowest step: {slow.title} of {slow.subdomain}, {slow.seconds:.0f} s (usually {slow.typical:.0f} s)."
        )
    if facts.audit is not None:
        output.say(f"Audit log: {facts.audit.seq} entries, the last one {facts.audit.hash}.")


def _numbers(facts: DigestFacts) -> str:
    return ", ".join(f"{number} {state}" for state, number in facts.tenants.items())


class _Part:
    def __init__(self, output: Output) -> None:
        self._output = output

    def tell(self, title: str, listing: Listing[T], line: Callable[[T], str]) -> None:
        if listing.total:
            self._output.say(f"{title} ({listing.total}):")
            for one in listing.first:
                self._output.say(f"  {line(one)}")
            if listing.more:
                self._output.say(f"  and {listing.more} more")
