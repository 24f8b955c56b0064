"""The one door by which a file with personal data leaves: it is noted, and marked with who took it and when."""

from typing import Any

from django.http import HttpResponse

from agencies.models import Export
from agencies.request import MemberRequest
from config.pdf import pdf_response


def export_pdf(
    request: MemberRequest,
    template: str,
    context: dict[str, Any],
    filename: str,
    *,
    what: str,
    about: str = "",
    people: int = 1,
) -> HttpResponse:
    """A PDF of `people` people to download, with the mark in its foot. `what` and `about` name nobody: they stand in
    the list of the agency's downloads. For other kinds of files call `Export.record`, and put its `mark` into them."""
    export = Export.record(request.member, what=what, about=about, people=people)
    return pdf_response(request, template, {**context, "export": export}, filename)
