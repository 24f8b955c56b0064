"""Key facts, edited in place with htmx and on a page of their own without."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author, Membership
from agencies.request import MemberRequest
from cases.access_log import get_case_logged
from cases.actions.facts import FactChangedMeanwhile, NHSNumberTaken, change_fact
from cases.facts import KEY_FACTS, KeyFact
from cases.forms.facts import FactForm, build_fact_form
from cases.models import Case, Entry, Kind
from config.forms import render_form_page
from config.fragments import wants_fragment
from config.http import parse_number
from config.template_tags import when

SAID_BY_OTHERS = (Kind.REFERRED, Kind.OFFERED)


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def fact(request: MemberRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """`entry` (a number) fills the form with what a referral or another team says. The owning team's alone."""
    member = request.member
    case = get_case_logged(request, pk, "key facts")
    known = KEY_FACTS.get(name)
    if known is None or case.agency_id != member.agency_id:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = build_fact_form(known, case, data, said=load_referral_values(request, case, known))
    context: dict[str, Any] = {"case": case, "fact": known, "form": form, "swapped": wants_fragment(request)}
    if request.method == "POST" and form.is_valid():
        try:
            change_fact(
                case=case,
                fact=known,
                by=Author.of(member),
                values=form.values,
                seen=form.cleaned_data["seen"],
                key=form.cleaned_data["key"],
            )
        except NHSNumberTaken:
            form.add_error("nhs_number", "Another person of your team has this NHS number. Check it")
        except FactChangedMeanwhile:
            context["theirs"] = build_conflict_context(form, case, known, member)
        else:
            messages.success(request, f"{known.label}: saved.")
            return redirect(f"{reverse('cases:case', args=[case.pk])}?changed={known.name}")
    return render_form_page(request, "cases/fact.html", context)


def load_referral_values(request: MemberRequest, case: Case, fact: KeyFact) -> dict[str, Any]:
    """What the referral or the other team in entry `entry` said of this fact; nothing when there is none."""
    member = request.member
    asked = parse_number(request.GET.get("entry", ""))
    entry = Entry.visible_to(member).filter(case=case, number=asked, kind__in=SAID_BY_OTHERS).first() if asked else None
    said = entry.details.get("differs", {}).get(fact.name, {}) if entry else {}
    return {field: value for field, value in said.get("values", {}).items() if field in fact.fields}


def build_conflict_context(form: FactForm, case: Case, fact: KeyFact, member: Membership) -> dict[str, str]:
    """Both versions are shown: the form keeps what was typed, and from now on knows what it would replace."""
    message = "Somebody changed this while you were writing. Look at both before you save"
    form.add_conflict(message, fact.fingerprint(case))
    mine = Entry.visible_to(member).filter(case=case, kind=Kind.FACT, details__fact=fact.name)
    latest = mine.order_by("-number").first()
    return {
        "words": fact.format_value(case) or "Nothing",
        "by": f"{latest.byline}, {when(latest.written_at)}" if latest else "Somebody in another team",
    }
