"""Finding activities near a person, telling them about one, and referring them on to one or several."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.models import Author, Draft, Membership
from cases.access_log import open_case, opened
from cases.actions.onward import Ask, in_words, refer_on, what_they_get
from cases.actions.onward import signpost as tell_about
from cases.activities import able_to_answer, chosen_services, look, needs_of, not_shown
from cases.activities import activities as rows
from cases.booking import booked_from
from cases.forms.activities import FindActivitiesForm
from cases.forms.drafts import drafted
from cases.forms.onward import ReferOnForm
from cases.models import Case, CaseReferral
from cases.onward import asked_already, asked_from
from config.forms import answer
from config.http import parse_uuid
from config.template_tags import date_words
from directory.models import Service
from referrals.models import Referral


@allow(Permission.WORK_CASES)
@require_safe
def activities(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Opened without a question, it searches for the first need that the person was referred for."""
    member: Membership = request.member  # type: ignore[attr-defined]
    case = open_case(request, pk, "activities")
    needs = needs_of(case)
    asked = request.GET if request.GET else QueryDict(f"need={needs[0].code}" if needs else "")
    form = FindActivitiesForm(asked, placed=bool(case.person.postcode))
    found = look(case, form, request.GET.get("after", "")) if form.is_valid() else None
    chosen = chosen_services(member, request.GET.getlist("service"))
    shown = rows(found, case, chosen) if found else []
    return answer(
        request,
        "cases/activities.html",
        part={"results": "results"},
        context={
            "case": case,
            "form": form,
            "needs": needs,
            "found": found,
            "key": uuid.uuid4(),
            "rows": shown,
            "kept": not_shown(chosen, shown),
            "asked": asked_from(case),
            "booked": booked_from(case),
            "query": request.GET.urlencode(),
            "ours": case.agency_id == member.agency_id,
        },
    )


@allow(Permission.WORK_CASES)
@require_POST
def signpost(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One click: note that the person was told about an activity."""
    member: Membership = request.member  # type: ignore[attr-defined]
    case = get_object_or_404(Case.worked_by(member).select_related("person", "agency"), pk=pk)
    service = next(iter(chosen_services(member, [request.POST.get("service", "")])), None)
    key = parse_uuid(request.POST.get("key"))
    if service is None or key is None:
        messages.error(request, "We could not tell which activity you meant. Try again.")
    else:
        tell_about(case=case, by=Author.of(member), key=key, service=service)
        said = f"Noted: {case.person.known_as} was told about {service.name}. Nothing was sent to them."
        messages.success(request, said)
    back = QueryDict(request.POST.get("back", "")[:2000]).urlencode()
    return redirect(reverse("cases:activities", args=[case.pk]) + (f"?{back}" if back else ""))


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def send_on(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Refer on to the services ticked (`service` in the query, once for each)."""
    member: Membership = request.member  # type: ignore[attr-defined]
    case = get_object_or_404(Case.worked_by(member).select_related("person", "agency", "lead__user"), pk=pk)
    services = to_ask(
        case, chosen_services(member, request.GET.getlist("service")), parse_uuid(request.POST.get("key"))
    )
    if not services or case.closed_at:
        messages.error(request, why_not(case))
        return redirect("cases:activities", pk=case.pk)
    needs = needs_of(case)
    form = ReferOnForm(
        request.POST if request.method == "POST" else None,
        services=services,
        person=case.person,
        needs=needs,
        initial=drafted(member, f"refer on:{case.pk}", "message", "safe", "risks"),
    )
    if form.is_valid():
        sent = refer_on(
            case=case,
            by=Author.of(member),
            key=form.cleaned_data["key"],
            services=services,
            ask=form.ask,
            started_at=form.opened_at,
        )
        Draft.discard(member=member, key=f"refer on:{case.pk}")
        messages.success(request, sent_words(sent))
        return redirect("cases:activities", pk=case.pk)
    opened(request, case, "activities")
    return answer(
        request,
        "cases/send_on.html",
        {
            "case": case,
            "form": form,
            "services": services,
            **beside(case),
        },
    )


def beside(case: Case) -> dict[str, Any]:
    """What stands beside the form: what a group gets, and what only the connector reads."""
    received = case.case_referrals.filter(direction=CaseReferral.Direction.RECEIVED).select_related("referral")
    given = in_words(Referral(**what_they_get(case.person, Ask())))
    return {"given": given[:-1], "known": [link.referral for link in received]}  # the last is asked on the form


def to_ask(case: Case, services: list[Service], key: uuid.UUID | None) -> list[Service]:
    """Those that can answer and have not been asked; what this very form has sent already counts as not asked."""
    asked, answering = asked_already(case), able_to_answer(services)
    return [
        service
        for service in services
        if service.pk in answering
        and (service.pk not in asked or (key and asked[service.pk].referral.key == uuid.uuid5(key, str(service.pk))))
    ]


def why_not(case: Case) -> str:
    if case.closed_at:
        return "This case is closed, so nobody is referred on from it."
    return "Choose at least one activity that has not been asked and that takes referrals."


def sent_words(sent: list[Referral]) -> str:
    names = get_text_list([str(referral.service) for referral in sent], "and")
    return f"Sent to {names}. They answer by {date_words(max(referral.answer_by for referral in sent))}."
