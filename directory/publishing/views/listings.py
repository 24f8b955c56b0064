"""/listings/: the group's own activities, and a new one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from config.forms import answer
from config.fragments import page
from config.http import parse_uuid
from directory.catalogue.demand import to_ring
from directory.models import Service
from directory.publishing.actions.listings import create
from directory.publishing.forms.listings import NewForm
from directory.publishing.snapshot import Data, as_data
from directory.publishing.summary import rows
from directory.publishing.templates import like


@allow(Permission.PUBLISH)
@require_safe
def listings(request: MemberRequest) -> HttpResponse:
    found, following = rows(request.member, parse_uuid(request.GET.get("after", "")))
    context = {
        "rows": found,
        "after": following,
        "verified": request.member.agency.verified_at is not None,
        "ring": to_ring(request.member),
    }
    return page(request, "directory/listings.html", context)


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def new_listing(request: MemberRequest) -> HttpResponse:
    """A name and what to begin from; the rest is asked section by section."""
    member = request.member
    own = Service.run_by(member).filter(joined_to=None).order_by("name", "pk")[:20]
    chosen = request.GET.get("like", "")
    form = NewForm(request.POST or None, own=own, initial={"start": chosen} if chosen else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        service = create(
            agency=member.agency,
            name=said["name"],
            by=Author.of(member),
            key=said["key"],
            like=begins_from(said["start"], member),
            example=said["start"].startswith("model:"),
        )
        return redirect("directory:listing", service.pk)
    return answer(request, "directory/listing_new.html", {"form": form})


def begins_from(start: str, member: Any) -> Data | None:
    kind, _, name = start.partition(":")
    if kind == "model":
        return like(name)
    return as_data(Service.run_by(member).get(pk=name)) if kind == "own" else None
