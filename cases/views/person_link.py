"""Which other teams have a record of the same person, and taking that back."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from cases.access_log import get_own_case, log_access
from cases.actions.person_link import end_link
from cases.forms.person_link import EndLinkForm
from cases.models.person_link import list_linked_teams
from config.forms import render_form_page


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def person_links(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """404 where there is none. Says which team, and nothing of its record."""
    case = get_own_case(request.member, pk)
    links = list_linked_teams(case)
    if not links:
        raise Http404
    form = EndLinkForm(request.POST if request.method == "POST" else None, links=links)
    if form.is_valid():
        given = form.cleaned_data
        end_link(given["link"], case, by=request.member, words=given["words"], key=given["key"])
        messages.success(request, "The two records are apart again. Nothing in either has changed.")
        return redirect("cases:sharing", case.pk)
    log_access(request, case, "records of other teams")
    context = {"case": case, "form": form, "links": links}
    return render_form_page(request, "cases/person_links.html", context)
