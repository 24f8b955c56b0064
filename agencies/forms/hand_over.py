"""Who takes over what a member leaves behind: all of a kind to one colleague, or each thing to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from agencies.access import Permission
from agencies.actions.hand_over import Decision, list_colleagues
from agencies.hooks import Holding
from agencies.models import Membership
from config.forms import Form

NOBODY, AS_ALL = "nobody", ""


@dataclass(frozen=True)
class HoldingSection:
    """One kind of things on the page, and the names of its fields; none where nothing can be handed over."""

    holding: Holding
    rest: str
    each: list[str]


class HandOverForm(Form):
    """With the colleagues who may take each kind. Whether the team is left without somebody to run it, and whether the
    agency is left empty, is asked when the member `leaves`. One who gives what nobody has `takes` some too."""

    button = "End the membership"
    mark_optional = False

    def __init__(
        self,
        *args: Any,
        member: Membership,
        holdings: Sequence[Holding],
        leaves: bool = True,
        takes: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.holdings = holdings
        self.colleagues = {str(m.pk): m for m in ([member] if takes else []) + list_colleagues(member)}
        self.sections = [self._add_section(holding) for holding in holdings]
        manages = leaves and member.has_permission(Permission.MANAGE_TEAM)
        if manages and not any(m.has_permission(Permission.MANAGE_TEAM) for m in self.colleagues.values()):
            if self.colleagues:
                self._add_manager()
            else:
                self.fields["closes"] = forms.BooleanField(
                    label=f"{member.agency.name} leaves, as nobody else works here",
                    error_messages={"required": "Say that the agency leaves, or invite somebody who goes on"},
                )

    def _add_section(self, holding: Holding) -> HoldingSection:
        receivers = [m for m in self.colleagues.values() if holding.needs is None or m.has_permission(holding.needs)]
        if not (holding.hand_over and receivers):
            return HoldingSection(holding, "", [])
        people = [(str(m.pk), m.user.name) for m in receivers]
        self.fields[holding.name] = forms.ChoiceField(
            label="Who takes them?" if len(holding.items) > 1 else "Who takes it?",
            choices=[("", "Choose"), *people, (NOBODY, "Nobody yet")],
            error_messages={"required": f"{holding.label}: choose who takes them, or nobody yet"},
        )
        each = []
        for pk, words in holding.items if len(holding.items) > 1 else ():
            each.append(f"{holding.name}-{pk}")
            self.fields[each[-1]] = forms.ChoiceField(
                label=words, choices=[(AS_ALL, "As chosen above"), *people, (NOBODY, "Nobody yet")], required=False
            )
        return HoldingSection(holding, holding.name, each)

    def _add_manager(self) -> None:
        self.fields["manager"] = forms.ChoiceField(
            label="Who runs the team from now on?",
            choices=[("", "Choose"), *((pk, m.user.name) for pk, m in self.colleagues.items())],
            error_messages={"required": "Choose who runs the team from now on"},
        )

    @property
    def decisions(self) -> dict[str, Decision]:
        """By the name of each kind; of a form that is valid."""
        data = self.cleaned_data
        made = {}
        for section in self.sections:
            if section.rest:
                prefix = f"{section.rest}-"
                each = {
                    name.removeprefix(prefix): self.colleagues.get(data[name]) for name in section.each if data[name]
                }
                made[section.rest] = Decision(self.colleagues.get(data[section.rest]), each)
        return made

    @property
    def manager(self) -> Membership | None:
        return self.colleagues.get(self.cleaned_data.get("manager", ""))
