"""Making a referral: the form, the look-up by NHS number, the stop at danger, and what happens next."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.hooks import WaitingItem
from agencies.models import Agency, Author, Draft, Membership
from agencies.request import MemberRequest
from agencies.waiting import list_waiting
from config.forms import render_form_page
from config.fragments import render_page, wants_fragment
from config.http import parse_uuid
from referrals.actions import has_same_content, send_referral
from referrals.actions.look_up import may_look_up
from referrals.forms.prefill import (
    FindPersonForm,
    TypedValues,
    build_refer_form,
    fill_gaps,
    read_typed_values,
    typed_identity,
)
from referrals.forms.refer import DOUBTED_NUMBER, ReferForm, find_open_referrals, is_number_doubtful
from referrals.models import LookUp, Referral
from referrals.models.referral import answer_days, answer_deadline
from referrals.same_person import Identity

TOO_MANY_LOOK_UPS = "You have looked up many numbers in a short time. Fill in their details below, and go on"
UNSAVED_FIELDS = {"csrfmiddlewaretoken", "draft_key", "later"}


@allow(Permission.REFER)
@require_http_methods(["GET", "HEAD", "POST"])
def refer(request: MemberRequest) -> HttpResponse:
    """The whole referral on one page. With ?draft= (the form's own key) it goes on where it was left."""
    member = request.member
    if request.method != "POST":
        wanted = request.GET.get("draft")
        if wanted and (sent := find_sent_referral(member, wanted)):
            return redirect("referrals:sent", sent.pk)
        return render_form(request, load_draft_form(member, wanted) if wanted else build_refer_form(member))
    form = ReferForm(request.POST, member=member)
    if form.is_danger or "later" in request.POST:
        return save_draft(request, form)
    if not form.is_valid():
        return render_form(request, form)
    details, needs = form.referral_values(), form.chosen_needs()
    referral = send_referral(
        by=Author.of(member),
        key=form.cleaned_data["key"],
        to_agency=form.cleaned_data["to_agency"],
        started_at=form.started_at(),
        details=details,
        needs=needs,
        words=form.override_words(),
    )
    member.drafts.filter(key=draft_key(referral.key)).delete()
    if not has_same_content(referral, details, needs):
        return ask_about_change(request, referral)
    return redirect("referrals:sent", referral.pk)


def render_form(request: MemberRequest, form: ReferForm, **more: Any) -> HttpResponse:
    """The page around a form. `more`: what a look-up found, or that the form was sent before."""
    context = {
        "form": form,
        "number": form,
        "promises": [describe_promise(team) for team in ([form.team] if form.team else form.offered)],
        "already_open": form.already_open,
        "draft_key": draft_key(form["key"].value()),
        "found": None,
        "looked": False,
        "sent_already": None,
        "waiting": [] if form.is_bound else list_waiting_for_referrer(request.member),
        "swapped": False,
    }
    status = more.pop("status", None)
    return render_form_page(request, "referrals/refer.html", context | more, part=more.pop("part", None), status=status)


def list_waiting_for_referrer(member: Membership) -> list[WaitingItem]:
    """What waits for somebody whose day begins with this form: the first of it, above the form."""
    return [] if member.has_permission(Permission.WORK_CASES) else list_waiting(member)


def describe_promise(team: Agency) -> dict[str, Any]:
    """How soon that team answers a referral sent now, in words."""
    days = answer_days(team)
    return {
        "team": team.name,
        "phone": team.phone,
        "within": f"{days} working day{'s' if days != 1 else ''}",
        "by": format_day(answer_deadline(team)),
    }


def format_day(day: datetime.date) -> str:
    """Tuesday 24 November."""
    return date_format(day, "l j F")


def find_sent_referral(member: Membership, key: str) -> Referral | None:
    """The referral that the form with that key has become, if it has."""
    sought = parse_uuid(key)
    return Referral.visible_to(member).filter(key=sought, from_agency=member.agency).first() if sought else None


def draft_key(form_key: Any) -> str:
    """Under which the server keeps what is typed in the form with that idempotency key."""
    return f"refer:{form_key}"


def load_draft_form(member: Membership, wanted: str) -> ReferForm:
    """The form as the member left it. Raises Http404 when there is no such draft of theirs."""
    draft = get_object_or_404(Draft.visible_to(member), key=draft_key(wanted.replace("\0", "")))
    return build_refer_form(
        member, read_typed_values(draft.as_posted()) | {"key": wanted}, opened=draft.started_at.timestamp()
    )


def save_draft(request: MemberRequest, form: ReferForm) -> HttpResponse:
    """Keep what was typed as a draft, and stop: at once when somebody is in danger."""
    key = form["key"].value()
    data = {
        name: [v.replace("\0", "") for v in values]
        for name, values in request.POST.lists()
        if name not in UNSAVED_FIELDS
    }
    if form.is_danger:
        data.pop("risk", None)  # asked again when they come back to it
    Draft.save_draft(member=request.member, key=draft_key(key), data=data)
    if form.is_danger:
        return redirect(f"{reverse('referrals:danger')}?draft={key}")
    messages.success(request, "Saved. You can finish this referral later.")
    return redirect(f"{reverse('referrals:referrals')}?list=drafts")


def ask_about_change(request: MemberRequest, referral: Referral) -> HttpResponse:
    """Sent before, and changed since (Back, then Send): nothing is sent before they have seen that."""
    given = read_typed_values(request.POST) | {"key": "", "started": ""}
    return render_form(request, build_refer_form(request.member, given), sent_already=referral, status=409)


@allow(Permission.REFER)
@require_POST
def find_person(request: MemberRequest) -> HttpResponse:
    """Fill the form from the last referral of the own agency for that NHS number. The number is in no URL."""
    member, find, given = request.member, FindPersonForm(request.POST), read_typed_values(request.POST)
    status = 422
    if find.is_valid() and not may_look_up(member, LookUp.Kind.NUMBER):
        find.add_error("nhs_number", TOO_MANY_LOOK_UPS)
        status = 422 if wants_fragment(request) else 429  # htmx puts nothing of a 429 into the page
    if find.errors:
        form = build_refer_form(member, given)
        return render_filled_part(request, form, number=find, status=status, part="looked_up")
    return render_found_person(request, find, given)


def render_found_person(request: MemberRequest, find: FindPersonForm, given: TypedValues) -> HttpResponse:
    """The form filled in; or, where the name typed is not that of the number, with nothing of whose number it was."""
    member, wanted, earlier = request.member, find.cleaned_data["nhs_number"], find.cleaned_data["filled"]
    found = Referral.sent_before(member, wanted).first()
    before = Referral.sent_before(member, earlier).first() if earlier and earlier != wanted else None
    given = fill_gaps(given, found=None, before=before)
    already_open = find_open_referrals(member, Identity("", nhs_number=wanted))
    LookUp.record(member, wanted, found=bool(found or already_open))
    if is_number_doubtful(member, typed_identity(given, wanted)):
        find.add_error("nhs_number", DOUBTED_NUMBER)
        form, part = build_refer_form(member, given), "person" if before else "looked_up"
        return render_filled_part(request, form, number=find, status=422, part=part)
    form = build_refer_form(member, fill_gaps(given, found=found, before=None))
    form.already_open = already_open
    changed = found or before or already_open
    return render_filled_part(request, form, found=found, looked=True, part="person" if changed else "looked_up")


def render_filled_part(request: MemberRequest, form: ReferForm, *, part: str, **more: Any) -> HttpResponse:
    """The page, or for htmx the part that has changed: what was typed meanwhile elsewhere stays as it is."""
    response = render_form(request, form, swapped=wants_fragment(request), part=part, **more)
    response["HX-Retarget"] = f"#{part}"
    return response


@allow(Permission.REFER)
@require_safe
def danger(request: MemberRequest) -> HttpResponse:
    """Somebody is in danger now: whom to call. Nothing is sent, and what was typed is kept."""
    key = draft_key(request.GET.get("draft", "").replace("\0", ""))
    draft = Draft.visible_to(request.member).filter(key=key).first()
    form_key = draft.key.removeprefix("refer:") if draft else ""
    return render_page(request, "referrals/danger.html", {"form_key": form_key})


@allow(Permission.REFER)
@require_safe
def sent(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Sent: the reference, and who calls whom by when."""
    mine = Referral.visible_to(request.member).filter(from_agency=request.member.agency, service=None)
    referral = get_object_or_404(mine.select_related("to_agency"), pk=pk)
    context = {
        "referral": referral,
        "answer_by": format_day(referral.answer_by),
        "contact_by": format_day(referral.contact_due),
    }
    return render_page(request, "referrals/sent.html", context)


@allow(Permission.REFER)
@require_POST
def discard_draft(request: MemberRequest, key: uuid.UUID) -> HttpResponse:
    """Throw away one's own draft."""
    deleted, _ = Draft.visible_to(request.member).filter(key=draft_key(key)).delete()
    if not deleted:
        raise Http404
    messages.success(request, "The draft is gone.")
    return redirect(f"{reverse('referrals:referrals')}?list=drafts")
