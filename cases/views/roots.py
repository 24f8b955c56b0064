"""The nightly roots: /steward/roots/ for whoever looks after the place, /team/proof/ for an agency that wants them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from cases.actions.roots import ask_for_roots, end_roots
from cases.forms.roots import AskForRootsForm
from cases.models import Root, RootReceiver
from cases.roots import find_root_problems, list_receivers
from config.forms import render_form_page
from config.fragments import render_page

MAX_ROWS = 14  # two weeks of nights


@allow(Permission.STEWARD)
@require_safe
def roots(request: MemberRequest) -> HttpResponse:
    """The last root, where it went, and the two weeks before."""
    rows = list(Root.visible_to(request.member)[:MAX_ROWS])
    receivers = list_receivers(request.member, rows[0] if rows else None)
    context = {"roots": rows, "receivers": receivers, "problems": list(find_root_problems(request.member))}
    return render_page(request, "cases/roots.html", context)


@allow(Permission.MANAGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: MemberRequest) -> HttpResponse:
    """What it is, whether the own agency gets it, and where; posted, it comes there from now on."""
    member = request.member
    receiver = RootReceiver.visible_to(member).filter(agency=member.agency_id, ended_at=None).first()
    initial = {"email": receiver.email if receiver else member.user.email}
    form = AskForRootsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        ask_for_roots(agency=member.agency, email=form.cleaned_data["email"], by=member)
        messages.success(request, f"Each night’s proof goes to {form.cleaned_data['email']} now.")
        return redirect("cases:proof")
    last = Root.visible_to(member).first()
    context = {"form": form, "receiver": receiver, "last": last}
    return render_form_page(request, "cases/proof.html", context)


@allow(Permission.MANAGE_TEAM)
@require_POST
def end_proof(request: MemberRequest) -> HttpResponse:
    end_roots(agency=request.member.agency)
    messages.success(request, "No more proofs are sent to you. Those that you have stay good.")
    return redirect("cases:proof")
