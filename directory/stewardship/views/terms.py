"""/steward/terms/: when the schools of the place are open, for what meets in term time."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.template_tags import date_words
from directory.models import SchoolTerm
from directory.stewardship.actions.terms import save_terms
from directory.stewardship.forms.terms import TermsForm


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: MemberRequest) -> HttpResponse:
    """The terms that are known, and a form that says them all anew."""
    known = list(SchoolTerm.visible_to(request.member))
    said = "\n".join(f"{date_words(term.first)} to {date_words(term.last)}" for term in known)
    form = TermsForm(request.POST or None, initial={"terms": said})
    if request.method == "POST" and form.is_valid():
        save_terms(terms=form.cleaned_data["terms"], by=request.member)
        messages.success(request, "The term dates are kept. What meets in term time follows them in a minute.")
        return redirect("directory:terms")
    return render_form_page(request, "directory/terms.html", {"form": form, "terms": known})
