"""A group's edit beside the listing as it is now: what they changed, and what others changed meanwhile.

An edit holds the whole listing, written against a version of it. Only what the group itself changed since that version
is proposed: what others have changed meanwhile stays. Where both changed the same, the steward sees both.
"""

from dataclasses import dataclass

from directory.models import Proposal, Version
from directory.publishing.diff import compare_listings
from directory.publishing.snapshot import build_snapshot


@dataclass(frozen=True)
class EditChange:
    """One field of an edit, in words. `before` is what it was when the edit was written, if it has changed since."""

    field: str
    label: str
    now: str
    new: str
    before: str = ""
    conflict: bool = False


def list_edit_changes(proposal: Proposal) -> list[EditChange]:
    """What the edit would change today, in the order of the listing's page; nothing when all of it is there already."""
    now = build_snapshot(proposal.service)
    base = _load_base_data(proposal) or now
    theirs = {found.field for found in compare_listings(base, proposal.data)}
    since = {found.field: found for found in compare_listings(base, now)}
    return [
        EditChange(
            found.field,
            found.label,
            found.old,
            found.new,
            before=since[found.field].old if found.field in since else "",
            conflict=found.field in since,
        )
        for found in compare_listings(now, proposal.data)
        if found.field in theirs
    ]


def _load_base_data(proposal: Proposal) -> dict[str, object] | None:
    """The listing as the group had it before it. Version 1 holds what was before the first kept change."""
    service = proposal.service
    if proposal.based_on == service.version:
        return None  # nothing has changed since
    number = max(proposal.based_on, 1)
    found = Version.objects.filter(service=service, number=number).first()
    return found.data if found else None


def fingerprint_edit(proposal: Proposal) -> str:
    """Stands for the edit and the listing as a page showed them: another means that one of them has changed."""
    return f"{proposal.made_at.timestamp():.6f} {proposal.service.version}"
