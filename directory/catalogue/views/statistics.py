"""The group's own figures of the last 12 months, on the page and as files."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import render_page
from directory.catalogue.statistics_tables import COLUMN_LABELS, load_statistics, render_csv, render_xlsx


@allow(Permission.PUBLISH)
@require_safe
def figures(request: MemberRequest) -> HttpResponse:
    """All activities, and month by month: of all, or of one (`?of=`)."""
    found, of = load_statistics(request.member), request.GET.get("of", "")
    chosen = next((service for service in found.services if str(service.pk) == of), None)
    if of and chosen is None:
        raise Http404
    context = {
        "services": found.rows_by_service(),
        "months": found.rows_by_month(chosen),
        "total": found.total_row(),
        "chosen": chosen,
        "columns": list(COLUMN_LABELS.values()),
    }
    return render_page(request, "directory/figures.html", context)


@allow(Permission.PUBLISH)
@require_safe
def figures_csv(request: MemberRequest) -> HttpResponse:
    return render_csv(load_statistics(request.member))


@allow(Permission.PUBLISH)
@require_safe
def figures_xlsx(request: MemberRequest) -> HttpResponse:
    return render_xlsx(load_statistics(request.member))
