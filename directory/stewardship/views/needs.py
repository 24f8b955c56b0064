"""/steward/needs/: by which needs listings are found, and why; put right many at once, for good."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import render_page
from config.http import parse_uuid
from directory.models import Service
from directory.stewardship.actions.needs import correct_needs
from directory.stewardship.forms.needs import CorrectNeedForm, NeedFilterForm
from directory.stewardship.needs import find_listings, load_tags

PAGE_SIZE = 100  # listings on a page
MAX_CORRECTED = 2_000  # listings put right by one press


@allow(Permission.STEWARD)
@require_safe
def needs(request: MemberRequest) -> HttpResponse:
    form = NeedFilterForm(request.GET, member=request.member)
    found = find_listings(request.member, **form.cleaned_data) if form.is_valid() else Service.visible_to().none()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "correct_form": CorrectNeedForm(initial={"need": request.GET.get("need")}),
        "page": page,
        "listings": load_tags(page.object_list),
        "asked": _encode_filters(request),
        "most": MAX_CORRECTED,
    }
    return render_page(request, "directory/needs.html", context, status=200 if form.is_valid() else 422)


@allow(Permission.STEWARD)
@require_POST
def correct(request: MemberRequest) -> HttpResponse:
    """`deed` give or take; of the listings that are ticked (`service`), or of all that were found (`all`)."""
    form, back = CorrectNeedForm(request.POST), f"{reverse('directory:needs')}?{_encode_filters(request)}"
    wanted = NeedFilterForm(request.GET, member=request.member)
    if not form.is_valid() or not wanted.is_valid() or request.POST.get("deed") not in ("give", "take"):
        messages.error(request, "Choose a need, then give it or take it away.")
        return redirect(back)
    if request.POST.get("all"):
        found = find_listings(request.member, **wanted.cleaned_data)[:MAX_CORRECTED]
        services = list(found.values_list("pk", flat=True))
    else:
        services = list(filter(None, map(parse_uuid, request.POST.getlist("service"))))
    carries, need = request.POST["deed"] == "give", form.cleaned_data["need"]
    count = correct_needs(services, need=need, carries=carries, by=request.member)
    listings = "1 listing" if count == 1 else f"{count:,} listings"
    messages.success(request, f"{listings}: {need.name} {'given' if carries else 'taken away'}, and it stays so.")
    return redirect(back)


def _encode_filters(request: MemberRequest) -> str:
    return urlencode({name: request.GET[name] for name in ("source", "show", "need", "words") if request.GET.get(name)})
