"""Who takes over what a member, or an agency that closes, leaves behind: all of a kind, or each thing to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from django import forms

from agencies.access import Permission
from agencies.actions.hand_over import Decision, Taker, list_colleagues, list_receivers
from agencies.hooks import AgencyHolding, Holding, MemberHolding
from agencies.models import Agency, Membership
from config.forms import Form, Radios

NOBODY, AS_ALL = "nobody", ""


@dataclass(frozen=True)
class HoldingSection(Generic[Taker]):
    """One kind of things on the page, who may take them by the value of the field, and the names of its fields; no
    fields where nobody can take them."""

    holding: Holding
    takers: Mapping[str, Taker]
    rest: str = ""
    each: Sequence[str] = ()


class ShareOutForm(Form, Generic[Taker]):
    """A question for each kind that somebody can take, and for each thing of it whose words may be read."""

    mark_optional = False
    nobody = "Nobody yet"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections: list[HoldingSection[Taker]] = []

    def add_section(self, holding: Holding, takers: Mapping[str, Taker], names: Mapping[str, str]) -> None:
        if not takers:
            self.sections.append(HoldingSection(holding, takers))
            return
        who: list[tuple[str, str]] = [*names.items(), (NOBODY, self.nobody)]
        several = len(holding.items) > 1
        self.fields[holding.name] = forms.ChoiceField(
            label="Who takes them?" if several else "Who takes it?",
            choices=[("", "Choose"), *who],
            error_messages={"required": f"{holding.label}: choose who takes them, or {self.nobody.lower()}"},
        )
        each = {f"{holding.name}-{pk}": words for pk, words in holding.items if several and words}
        for name, words in each.items():
            choices = [(AS_ALL, "As chosen above"), *who]
            self.fields[name] = forms.ChoiceField(label=words, choices=choices, required=False)
        self.sections.append(HoldingSection(holding, takers, holding.name, list(each)))

    @property
    def decisions(self) -> dict[str, Decision[Taker]]:
        """By the name of each kind; of a form that is valid."""
        return {section.rest: self._read_decision(section) for section in self.sections if section.rest}

    def _read_decision(self, section: HoldingSection[Taker]) -> Decision[Taker]:
        given = {name.removeprefix(f"{section.rest}-"): self.cleaned_data[name] for name in section.each}
        each = {pk: section.takers.get(value) for pk, value in given.items() if value}
        return Decision(section.takers.get(self.cleaned_data[section.rest]), each)


class HandOverForm(ShareOutForm[Membership]):
    """With the colleagues who may take each kind. Whether the team is left without somebody to run it is asked when the
    member `leaves`. One who gives what nobody has `takes` some too."""

    button = "End the membership"

    def __init__(
        self,
        *args: Any,
        member: Membership,
        holdings: Sequence[MemberHolding],
        leaves: bool = True,
        takes: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(m.pk): m for m in ([member] if takes else []) + list_colleagues(member)}
        for holding in holdings:
            receivers = list_receivers(self.colleagues.values(), holding) if holding.hand_over else []
            takers = {str(m.pk): m for m in receivers}
            self.add_section(holding, takers, {pk: m.user.name for pk, m in takers.items()})
        manages = leaves and member.has_permission(Permission.MANAGE_TEAM) and self.colleagues
        if manages and not any(m.has_permission(Permission.MANAGE_TEAM) for m in self.colleagues.values()):
            self.fields["manager"] = forms.ChoiceField(
                label="Who runs the team from now on?",
                choices=[("", "Choose"), *((pk, m.user.name) for pk, m in self.colleagues.items())],
                error_messages={"required": "Choose who runs the team from now on"},
            )

    @property
    def manager(self) -> Membership | None:
        return self.colleagues.get(self.cleaned_data.get("manager", ""))


class CloseAgencyForm(ShareOutForm[Agency]):
    """With the agencies that may take each kind; on what ground, where people are handed over; and that it is meant."""

    nobody = "Nobody"
    closes = forms.BooleanField(label="", error_messages={"required": "Tick this if it is to close for good"})

    def __init__(self, *args: Any, agency: Agency, holdings: Sequence[AgencyHolding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.button = f"Close {agency.name}"
        self.fields["closes"].label = f"{agency.name} closes for good, as said above"
        for holding in holdings:
            takers = {str(taker.pk): taker for taker in holding.takers}
            self.add_section(holding, takers, {pk: taker.name for pk, taker in takers.items()})
        self.grounds = {holding.name: holding.grounds for holding in holdings if holding.grounds and holding.takers}
        if self.grounds:
            self.fields["ground"] = Radios(
                label="Have these people agreed that the other team gets this?",
                help_text=f"They agreed to share it with {agency.name}, and were not asked about another",
                choices=next(iter(self.grounds.values())),
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [value for name, value in data.items() if name.partition("-")[0] in self.grounds]
        if set(given) - {NOBODY, AS_ALL} and not data.get("ground"):
            self.add_error("ground", "Say whether they were asked. They agreed to this team, not to another")
        return data
