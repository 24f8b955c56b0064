"""The copy of a record: read through, with what is left out ticked; given out; and taken as PDF and JSON."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.exports import export_pdf
from agencies.models import Author, Export, Membership
from agencies.request import MemberRequest
from cases.actions.subject_access import log_download, put_back, redact_items, release_copy
from cases.forms.subject_access import RedactForm, ReleaseForm
from cases.models import ReleaseDownload, RightsRequest
from cases.models.subject_access import RedactionReason
from cases.records import refuse_hidden
from cases.states import RightKind, RightsStatus
from cases.subject_access import fingerprint, gather_sections, group_redactions, redact_sections
from cases.views.rights import find_release, get_rights_request, log_record_access
from config.forms import render_form_page
from config.pdf import format_content_disposition
from config.template_tags import when
from config.transitions import MoveRefused


def get_copy_request(member: Membership, pk: uuid.UUID) -> RightsRequest:
    """A request for a copy that is being answered."""
    asked = get_rights_request(member, pk)
    if asked.kind != RightKind.ACCESS or asked.status != RightsStatus.ACTIVE:
        raise Http404
    refuse_hidden(asked)
    return asked


@allow(Permission.RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything as the person would get it, each with a box to leave it out."""
    asked = get_copy_request(request.member, pk)
    sections = gather_sections(asked)
    items = {item.id: item for section in sections for item in section.items}
    form = RedactForm(request.POST if request.method == "POST" else None, items=items)
    if form.is_valid():
        data = form.cleaned_data | {"reason": RedactionReason(form.cleaned_data["reason"])}
        redact_items(asked, by=Author.of(request.member), **data)
        messages.success(request, "Left out. The copy says so in its place.")
        return redirect("cases:copy", asked.pk)
    log_record_access(request, asked, "copy for the person")
    left_out, shown = group_redactions(asked), redact_sections(asked, sections)
    context = {
        "asked": asked,
        "form": form,
        "sections": [(s.title, [(item, left_out.get(item.id, [])) for item in s.items]) for s in shown],
        "release_form": ReleaseForm(initial={"seen": fingerprint(sections), "key": uuid.uuid5(asked.pk, "release")}),
        "ticked": request.POST.getlist("items"),
    }
    return render_form_page(request, "cases/copy.html", context)


@allow(Permission.RIGHTS)
@require_POST
def put_copy_back(request: MemberRequest, pk: uuid.UUID, redaction: uuid.UUID) -> HttpResponse:
    """What was left out stands in the copy again."""
    asked = get_copy_request(request.member, pk)
    put_back(asked, redaction)
    messages.success(request, "It stands in the copy again.")
    return redirect("cases:copy", asked.pk)


@allow(Permission.RIGHTS)
@require_POST
def release(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The copy is made, and the request answered. Pressed twice, it is made once."""
    asked, form = get_rights_request(request.member, pk), ReleaseForm(request.POST)
    if asked.kind != RightKind.ACCESS:
        raise Http404
    if not form.is_valid():
        messages.error(request, "Read all of it first, and tick that you have.")
        return redirect("cases:copy", asked.pk)
    try:
        release_copy(asked, by=Author.of(request.member), seen=form.cleaned_data["seen"], key=form.cleaned_data["key"])
    except MoveRefused as error:
        messages.error(request, f"{error}.")
        return redirect("cases:rights_request", asked.pk)
    messages.success(request, "The copy is made. Send it where the person wants it.")
    return redirect("cases:rights_request", asked.pk)


COPY = "Copy for the person who asked for it"


def take_copy(request: MemberRequest, pk: uuid.UUID, form: str) -> ReleaseDownload:
    """Note the download. Http404 where no copy was made."""
    asked = get_rights_request(request.member, pk)
    made = find_release(asked)
    if made is None:
        raise Http404
    log_record_access(request, asked, f"copy for the person ({form})")
    return log_download(made, by=Author.of(request.member), form=form)


@allow(Permission.RIGHTS)
@require_safe
def copy_pdf(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """`?print=large` prints it in 18 point. No name in the file's name."""
    taken = take_copy(request, pk, "pdf")
    context = {"copy": taken.release.snapshot, "taken": taken, "large": request.GET.get("print") == "large"}
    return export_pdf(
        request, "pdf/copy.html", context, f"copy-{str(pk)[:8]}.pdf", what=COPY, about=str(pk)[:8].upper()
    )


@allow(Permission.RIGHTS)
@require_safe
def copy_json(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The same, for another program (UK GDPR article 20 asks for no less)."""
    taken = take_copy(request, pk, "json")
    export = Export.record(request.member, what=COPY, about=str(pk)[:8].upper())
    marked = taken.release.snapshot | {"taken_by": taken.byline, "taken_at": when(taken.at), "mark": export.mark}
    response = JsonResponse(marked, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = format_content_disposition(f"copy-{str(pk)[:8]}.json")
    response["Cache-Control"] = "no-store"
    return response
