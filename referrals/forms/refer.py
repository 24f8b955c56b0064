"""The referral form: one page for a GP with ten minutes, at most eight inputs for a new person."""

import datetime
import uuid
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone

from agencies.models import Agency, AgencyKind, Membership
from config.births import NOT_KNOWN, Birth, BirthPrecision
from config.fields import WholeNumberField
from config.forms import (
    BirthField,
    Checkboxes,
    EmailField,
    Form,
    IdempotencyKey,
    NameField,
    NHSNumberField,
    PhoneField,
    PostcodeField,
    Radios,
    TextField,
)
from config.template_tags import date_words, nhs
from directory.geography.doubtful import PostcodeRightField, ask_about_postcode
from directory.models import TaxonomyTerm
from referrals.models import ContactBy, LookUp, Referral, Urgency
from referrals.same_person import Identity, MatchStrength, compare_identities

MAX_AGE_YEARS = 120  # years
BIRTH_HINT = "For example, 27 3 1951. Leave blank what is not known. An age alone goes further down."
MAX_COMPARED = 50  # open referrals weighed at most
DOUBTED_NUMBER = "Check this number: you have given it for somebody with another name or date of birth"
OPEN_ELSEWHERE = "Another organisation has referred this person already, and it is still open."
NONE, SOME, DANGER = "none", "some", "danger"
ADD_MORE_FIELDS = (
    "age",
    "birth_unknown",
    "to_agency",
    "what_matters",
    "message",
    "urgency",
    "contact_by",
    "contact_avoid",
    "email",
    "address",
)
COPIED_FIELDS = (
    "person_name",
    "date_of_birth",
    "birth_precision",
    "nhs_number",
    "phone",
    "email",
    "address",
    "postcode",
    "contact_by",
    "contact_avoid",
    "what_matters",
    "message",
    "urgency",
    "risks",
)

# What each way of making contact needs, and what to say when it is missing.
CONTACT_REQUIREMENTS = {
    ContactBy.PHONE: ("phone", "Enter a phone number, or choose another way to contact them under “Add more”"),
    ContactBy.TEXT: ("phone", "Enter a phone number, or choose another way to contact them under “Add more”"),
    ContactBy.EMAIL: ("email", "Enter their e-mail address, or choose another way to contact them"),
    ContactBy.LETTER: ("address", "Enter their address, or choose another way to contact them"),
    ContactBy.OTHER: ("contact_avoid", "Say whom to contact instead, with a phone number"),
}


def find_usual_team(member: Membership, offered: list[Agency]) -> Agency | None:
    """The team this member's referrals go to unless another is chosen: the practice's, the own, or the only one."""
    usual = [team for team in offered if team.pk in (member.agency.refers_to_id, member.agency_id)]
    if usual:
        return usual[0]
    return offered[0] if len(offered) == 1 else None


class ReferForm(Form):
    """Everything but the eight inputs is optional and waits in one closed "Add more"."""

    button = "Send referral"
    mark_optional = False

    key = IdempotencyKey()
    started = forms.CharField(widget=forms.HiddenInput, required=False)
    filled = forms.CharField(widget=forms.HiddenInput, required=False)

    nhs_number = NHSNumberField(
        label="NHS number",
        required=False,
        help_text="10 digits. We look for the last referral you made for them. Leave it blank if you do not have it.",
    )
    person_name = NameField(label="Full name", error_messages={"required": "Enter the person’s full name"})
    date_of_birth = BirthField(label="Date of birth", help_text=BIRTH_HINT, required=False)
    age = WholeNumberField(
        label="Their age, if only that is known",
        width=3,
        min_value=0,
        max_value=MAX_AGE_YEARS,
        required=False,
        error_messages={"invalid": "Enter an age in whole years, for example 78"},
    )
    birth_unknown = forms.BooleanField(required=False, label="Neither their birthday nor their age is known")
    phone = PhoneField(label="Phone number", required=False)
    postcode = PostcodeField(
        label="Postcode", required=False, help_text="Leave it blank if they have no fixed address."
    )
    postcode_right = PostcodeRightField()
    needs = Checkboxes(
        label="What do they need help with?",
        help_text="Tick all that apply.",
        error_messages={"required": "Tick what they need help with"},
    )
    risk = Radios(
        label="Are there any risks to them or to the people who will help?",
        choices=[
            (NONE, "No known risks"),
            (SOME, "Yes, there are risks to know about"),
            (DANGER, "Someone is in danger now"),
        ],
        hints={DANGER: "Call 999. A referral is not read at once: this form will stop and show whom to call."},
        error_messages={"required": "Say whether there are any risks. “No known risks” is an answer"},
    )
    risks = TextField(
        label="The risks",
        required=False,
        rows=2,
        max_length=1000,
        help_text="For example: a dog in the garden, falls, or somebody in the home to be careful about.",
    )
    agreement = Checkboxes(
        label="What has the person agreed to?",
        choices=[("share", "Share this referral with the team"), ("tell", "Tell us how it went")],
        error_messages={"required": "Ask the person, and tick that they agree to share this"},
    )
    number_is_right = forms.BooleanField(required=False, label="I have checked the NHS number: it is theirs")
    send_anyway = forms.BooleanField(required=False, label="Send another referral for them anyway")

    to_agency: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Which team?",
        queryset=None,
        empty_label=None,
        required=False,
        error_messages={"required": "Choose a team", "invalid_choice": "Choose a team from the list"},
    )
    what_matters = TextField(label="What matters to them, in their own words", required=False, rows=3, max_length=1000)
    message = TextField(label="Anything else the team should know", required=False, rows=3, max_length=1000)
    urgency = Radios(
        label="How soon should the team call?",
        choices=Urgency.choices,
        initial=Urgency.ROUTINE,
        required=False,
        hints={Urgency.SOON: "For example, a recent bereavement or a carer who can no longer cope"},
    )
    contact_by = Radios(
        label="How should the team contact them?", choices=ContactBy.choices, initial=ContactBy.PHONE, required=False
    )
    contact_avoid = TextField(
        label="Anything to know before making contact",
        required=False,
        rows=2,
        max_length=300,
        help_text="Times, places or people to avoid. If through someone else: their name and number.",
    )
    email = EmailField(label="E-mail address", required=False)
    address = TextField(label="Address", required=False, rows=3, max_length=300)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.already_open: list[Referral] = []
        self.open_elsewhere = False
        self.number_doubted = False
        today = timezone.localdate()
        self.fields["date_of_birth"].earliest = datetime.date(today.year - MAX_AGE_YEARS, 1, 1)
        self.terms = {str(term.pk): term for term in TaxonomyTerm.needs()}
        self.fields["needs"].choices = [(pk, term.name) for pk, term in self.terms.items()]
        self.fields["needs"].required = bool(self.terms)
        self.fields["risks"].widget.attrs["placeholder"] = " "  # lets the style sheet see whether it is empty
        self.offered = list(Referral.receiving_teams())
        self.team = find_usual_team(member, self.offered)
        self._offer_teams()
        if not self.is_bound:
            del self.fields["postcode_right"]

    def _offer_teams(self) -> None:
        field, named = self.fields["to_agency"], "the connector team"
        field.queryset = Referral.receiving_teams()
        if len(self.offered) == 1:
            named = self.offered[0].name
        elif self.team:
            named = f"{self.team.name} (or the team chosen under “Add more”)"
        if self.team:
            field.initial = self.team.pk
        else:
            field.required, field.empty_label = True, "Choose a team"
        self.fields["agreement"].choices = [
            ("share", f"They agree that we share this referral with {named}"),
            ("tell", f"They agree that {self.member.agency.name} is told how it went"),
        ]

    # --- What was typed ---------------------------------------------------------------------------

    @property
    def is_danger(self) -> bool:
        """Somebody is in danger now, whatever else is filled in or missing."""
        return self.data.get(self.add_prefix("risk")) == DANGER

    @property
    def is_more_open(self) -> bool:
        """Whether "Add more" holds something to see: an error, or words that somebody typed."""
        if any(self[name].errors for name in ("date_of_birth", *ADD_MORE_FIELDS)) or (
            not self.team and len(self.offered) > 1
        ):
            return True
        usual = {
            "to_agency": self.team and str(self.team.pk),
            "urgency": Urgency.ROUTINE,
            "contact_by": ContactBy.PHONE,
        }
        return any(str(self[name].value() or "") not in ("", str(usual.get(name, ""))) for name in ADD_MORE_FIELDS)

    def started_at(self) -> datetime.datetime:
        """When the form was first opened, as we signed it then; now, when that was tampered with or lost."""
        try:
            key, seconds = signing.loads(self.cleaned_data.get("started", ""), salt="refer")
        except (signing.BadSignature, ValueError, TypeError):
            return timezone.now()
        if key != str(self.cleaned_data["key"]):
            return timezone.now()
        return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)

    # --- Rules across fields ----------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given["contact_by"] = given.get("contact_by") or ContactBy.PHONE
        given["urgency"] = given.get("urgency") or Urgency.ROUTINE
        given["to_agency"] = given.get("to_agency") or self.team
        if given["to_agency"] is None and "to_agency" not in self.errors:
            self.add_error("to_agency", "No connector team takes referrals here yet. Call us and we will help")
        self._clean_birth(given)
        self._clean_filled(given)
        self._clean_risk(given)
        self._clean_contact(given)
        ask_about_postcode(self, given.get("postcode", ""))
        if "agreement" in given and "share" not in given["agreement"]:
            self.add_error("agreement", "Without the person’s agreement to share this we cannot send it")
        if not self.errors:
            birth = Birth(given["date_of_birth"], given["birth_precision"])
            who = Identity(given["person_name"], birth, given["nhs_number"], given["postcode"])
            self._clean_number(given, who)
            self._clean_open(given, who)
        return given

    def _clean_birth(self, given: dict[str, Any]) -> None:
        """A date, or as much of one as is known, or an age; or that nothing is known, which is an answer too."""
        birth, years = given.get("date_of_birth", NOT_KNOWN), given.get("age")
        if not birth.on and years is not None:
            birth = Birth.from_age(years, timezone.localdate())
        if not birth.on and not given.get("birth_unknown") and not {"date_of_birth", "age"} & {*self.errors}:
            words = "Enter their date of birth or what is known of it, or their age under “Add more”"
            self.add_error("date_of_birth", words)
        given["date_of_birth"], given["birth_precision"] = birth

    def _clean_filled(self, given: dict[str, Any]) -> None:
        """One person's details never go under another's number, as when the number is changed after a look-up."""
        number, filled = given.get("nhs_number"), given.get("filled", "")
        if not number or not filled or filled == number:
            return
        before = Referral.sent_before(self.member, filled[:10]).first()
        if before and before.person_name == given.get("person_name"):
            words = f"The details below were filled in for {nhs(filled)}. Press Find, or check whom this is about"
            self.add_error("nhs_number", words)

    def _clean_risk(self, given: dict[str, Any]) -> None:
        words = given.get("risks", "").strip()
        if given.get("risk") == SOME and not words and "risks" not in self.errors:
            self.add_error("risks", "Say what the risks are")
        if given.get("risk") == NONE and words:
            self.add_error(
                "risk", "You wrote about a risk. Choose “Yes, there are risks to know about”, or clear the words"
            )

    def _clean_contact(self, given: dict[str, Any]) -> None:
        field, words = CONTACT_REQUIREMENTS[ContactBy(given["contact_by"])]
        if field not in self.errors and not given.get(field, "").strip():
            self.add_error(field, words)

    def _clean_number(self, given: dict[str, Any], who: Identity) -> None:
        self.number_doubted = is_number_doubtful(self.member, who)
        if self.number_doubted and not given["number_is_right"]:
            self.add_error("nhs_number", f"{DOUBTED_NUMBER}. If it is right, tick the box below")

    def _clean_open(self, given: dict[str, Any], who: Identity) -> None:
        self.already_open = find_open_referrals(self.member, who, given["key"])
        self.open_elsewhere = not self.already_open and is_open_elsewhere(self.member, who)
        if self.already_open and not given["send_anyway"]:
            self.add_error("send_anyway", f"{describe_open_referrals(self.already_open)} Tick the box to send another")
        elif self.open_elsewhere and not given["send_anyway"]:
            self.add_error("send_anyway", f"{OPEN_ELSEWHERE} Tick the box to send another")

    # --- What is sent -----------------------------------------------------------------------------

    def referral_values(self) -> dict[str, Any]:
        """Column values of Referral; nothing that was posted beyond this form's own fields gets into them."""
        given, agency = self.cleaned_data, self.member.agency
        return {name: given[name] for name in COPIED_FIELDS} | {
            "no_known_risks": given["risk"] == NONE,
            "agreed_to_share": "share" in given["agreement"],
            "agreed_to_tell": "tell" in given["agreement"],
            "practice": agency if agency.kind == AgencyKind.PRACTICE else None,
        }

    def chosen_needs(self) -> list[TaxonomyTerm]:
        return [self.terms[pk] for pk in self.cleaned_data["needs"]]

    def override_words(self) -> str:
        """What goes with the first move when it was sent although another is open."""
        if self.open_elsewhere:
            return f"Sent all the same. {OPEN_ELSEWHERE}"
        return f"Sent all the same. {describe_open_referrals(self.already_open)}" if self.already_open else ""


def find_open_referrals(member: Membership, who: Identity, key: uuid.UUID | None = None) -> list[Referral]:
    """Open referrals for that person that the member's agency knows; not the one that the form `key` has become.

    A number alone, as in a look-up, is enough; with a name both must be of one person, and twins are two.
    """
    found = []
    near = Referral.open_near(member, who)
    for referral in (near.exclude(key=key) if key else near)[:MAX_COMPARED]:
        strength = compare_identities(referral.identity, who).strength
        if (strength or 0) >= MatchStrength.LIKELY or (not who.name and referral.nhs_number == who.nhs_number):
            found.append(referral)
    return found[:3]


def is_open_elsewhere(member: Membership, who: Identity) -> bool:
    """Whether another agency has referred the person of that very number, birthday and name. Each asking is a look-up:
    when there were too many, nothing is told."""
    exact = who.nhs_number and who.birth.on and who.birth.precision == BirthPrecision.DAY
    if not exact or not LookUp.has_room(member):
        return False
    found = Referral.is_open_elsewhere(who)
    LookUp.record(member, who.nhs_number, found=found)
    return found


def is_number_doubtful(member: Membership, who: Identity) -> bool:
    """Whether the member's agency has given this NHS number for somebody of another name or birthday."""
    if not who.name:
        return False
    given = [compare_identities(earlier.identity, who) for earlier in Referral.sent_before(member, who.nhs_number)[:10]]
    return any(pair.doubtful_number or pair.strength is MatchStrength.POSSIBLE for pair in given)


def describe_open_referrals(found: list[Referral]) -> str:
    """ "Already referred to Worthing Connectors on 2 November 2026, and still open." """
    named = " and ".join(f"to {r.to_agency.name} on {date_words(r.sent_at)}" for r in found)
    return f"Already referred {named}, and still open."
