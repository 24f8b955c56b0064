"""Finding activities near a person, telling them about one, and referring them on to one or several."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Layer, Permission, allow
from agencies.models import Author, Draft
from agencies.request import MemberRequest
from cases.access_log import get_case_logged, get_own_case, log_access
from cases.actions.onward import OnwardRequest, format_shared_details, refer_on, shared_referral_columns
from cases.actions.onward import record_signposting as tell_about
from cases.activities import build_activity_rows as rows
from cases.activities import (
    chosen_but_not_shown,
    find_answering_services,
    list_needs,
    load_chosen_services,
    search_near_home,
)
from cases.booking import load_case_bookings
from cases.forms.activities import FindActivitiesForm
from cases.forms.onward import ReferOnForm
from cases.models import Case, CaseReferral
from cases.onward import load_onward_referrals, open_onward_by_service
from config.forms import render_form_page
from config.http import parse_uuid
from config.template_tags import date_words
from directory.models import Service
from referrals.models import Referral


@allow(Permission.WORK_CASES)
@require_safe
def activities(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Opened without a question, it searches for the first need that the person was referred for."""
    member = request.member
    case = get_case_logged(request, pk, "activities")
    needs = list_needs(case) if Layer.HEALTH in case.layers else []  # they come from the referral
    daily = Layer.WELLBEING in case.layers
    asked = request.GET if request.GET else QueryDict(f"need={needs[0].code}" if needs else "")
    form = FindActivitiesForm(asked, placed=bool(case.person.postcode))
    found = search_near_home(case, form, request.GET.get("after", "")) if form.is_valid() else None
    chosen = load_chosen_services(member, request.GET.getlist("service"))
    shown = rows(found, case, chosen) if found else []
    return render_form_page(
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
            "kept": chosen_but_not_shown(chosen, shown),
            "asked": load_onward_referrals(case) if daily else [],
            "booked": load_case_bookings(case) if daily else [],
            "query": request.GET.urlencode(),
            "ours": case.agency_id == member.agency_id,
        },
    )


@allow(Permission.WORK_CASES)
@require_POST
def signpost(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One click: note that the person was told about an activity."""
    member = request.member
    case = get_own_case(member, pk)
    service = next(iter(load_chosen_services(member, [request.POST.get("service", "")])), None)
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
def send_on(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Refer on to the services ticked (`service` in the query, once for each)."""
    member = request.member
    case = get_own_case(member, pk)
    services = filter_services_to_ask(
        case, load_chosen_services(member, request.GET.getlist("service")), parse_uuid(request.POST.get("key"))
    )
    if not services or case.closed_at:
        messages.error(request, explain_refusal(case))
        return redirect("cases:activities", pk=case.pk)
    needs = list_needs(case)
    form = ReferOnForm(
        request.POST if request.method == "POST" else None,
        services=services,
        person=case.person,
        needs=needs,
        initial=Draft.load_initial(member, f"refer on:{case.pk}", "message", "safe", "risks"),
    )
    if form.is_valid():
        sent = refer_on(
            case=case,
            by=Author.of(member),
            key=form.cleaned_data["key"],
            services=services,
            ask=form.onward_request,
            started_at=form.opened_at,
        )
        member.drafts.filter(key=f"refer on:{case.pk}").delete()
        messages.success(request, format_sent_message(sent))
        return redirect("cases:activities", pk=case.pk)
    log_access(request, case, "activities")
    return render_form_page(
        request,
        "cases/send_on.html",
        {
            "case": case,
            "form": form,
            "services": services,
            **build_send_on_context(case),
        },
    )


def build_send_on_context(case: Case) -> dict[str, Any]:
    """What stands beside the form: what a group gets, and what only the connector reads."""
    received = case.case_referrals.filter(direction=CaseReferral.Direction.RECEIVED).select_related("referral")
    given = format_shared_details(Referral(**shared_referral_columns(case.person, OnwardRequest())))
    return {"given": given[:-1], "known": [link.referral for link in received]}  # the last is asked on the form


def filter_services_to_ask(case: Case, services: list[Service], key: uuid.UUID | None) -> list[Service]:
    """Those that can answer and have not been asked; what this very form has sent already counts as not asked."""
    asked, answering = open_onward_by_service(case), find_answering_services(services)
    return [
        service
        for service in services
        if service.pk in answering
        and (service.pk not in asked or (key and asked[service.pk].referral.key == uuid.uuid5(key, str(service.pk))))
    ]


def explain_refusal(case: Case) -> str:
    if case.closed_at:
        return "This case is closed, so nobody is referred on from it."
    return "Choose at least one activity that has not been asked and that takes referrals."


def format_sent_message(sent: list[Referral]) -> str:
    names = get_text_list([str(referral.service) for referral in sent], "and")
    return f"Sent to {names}. They answer by {date_words(max(referral.answer_by for referral in sent))}."
