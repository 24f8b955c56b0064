"""What a member has typed in a form and not sent, put back into it."""

from agencies.models import Draft, Membership


def load_draft_initial(member: Membership, key: str, *names: str) -> dict[str, str]:
    """Initial values for the fields named, from the member's draft under `key`; of the others nothing."""
    draft = Draft.visible_to(member).filter(key=key).first()
    if draft is None:
        return {}
    return {name: draft.data[name][-1] for name in names if draft.data.get(name)}
