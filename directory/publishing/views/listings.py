"""/listings/: the group's own activities, and a new one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from config.http import parse_uuid
from directory.catalogue.demand import list_services_in_doubt, load_pending_calls
from directory.models import Service
from directory.publishing.actions.listings import create_listing
from directory.publishing.forms.listings import NewListingForm
from directory.publishing.snapshot import ListingData, build_snapshot
from directory.publishing.summary import load_listings_page
from directory.publishing.templates import load_listing_template


@allow(Permission.PUBLISH)
@require_safe
def listings(request: MemberRequest) -> HttpResponse:
    found, following = load_listings_page(request.member, parse_uuid(request.GET.get("after", "")))
    context = {
        "rows": found,
        "after": following,
        "verified": request.member.agency.verified_at is not None,
        "ring": load_pending_calls(request.member),
        "doubtful": list_services_in_doubt(request.member),
    }
    return render_page(request, "directory/listings.html", context)


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def new_listing(request: MemberRequest) -> HttpResponse:
    """A name and what to begin from; the rest is asked section by section."""
    member = request.member
    own = Service.run_by(member).filter(joined_to=None).order_by("name", "pk")[:20]
    chosen = request.GET.get("like", "")
    form = NewListingForm(request.POST or None, own=own, initial={"start": chosen} if chosen else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        service = create_listing(
            agency=member.agency,
            name=said["name"],
            by=Author.of(member),
            key=said["key"],
            like=load_starting_data(said["start"], member),
            example=said["start"].startswith("model:"),
        )
        return redirect("directory:listing", service.pk)
    return render_form_page(request, "directory/listing_new.html", {"form": form})


def load_starting_data(start: str, member: Any) -> ListingData | None:
    kind, _, name = start.partition(":")
    if kind == "model":
        return load_listing_template(name)
    return build_snapshot(Service.run_by(member).get(pk=name)) if kind == "own" else None
