"""The group's own figures of the last 12 months, on the page and as files."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import page
from directory.catalogue.statistics_tables import COLUMNS, as_csv, as_xlsx, figures_of


@allow(Permission.PUBLISH)
@require_safe
def figures(request: MemberRequest) -> HttpResponse:
    """All activities, and month by month: of all, or of one (`?of=`)."""
    found, of = figures_of(request.member), request.GET.get("of", "")
    chosen = next((service for service in found.services if str(service.pk) == of), None)
    if of and chosen is None:
        raise Http404
    context = {
        "services": found.of_services(),
        "months": found.of_months(chosen),
        "total": found.total(),
        "chosen": chosen,
        "columns": list(COLUMNS.values()),
    }
    return page(request, "directory/figures.html", context)


@allow(Permission.PUBLISH)
@require_safe
def figures_csv(request: MemberRequest) -> HttpResponse:
    return as_csv(figures_of(request.member))


@allow(Permission.PUBLISH)
@require_safe
def figures_xlsx(request: MemberRequest) -> HttpResponse:
    return as_xlsx(figures_of(request.member))
