"""Our referrals: sent and received, one of them, its letter, and what the sender may still do."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from config.forms import Form, answer
from config.fragments import page
from config.http import parse_uuid
from referrals import letters, lists, story
from referrals.actions import MoveRefused, move
from referrals.forms.answer import answer_form
from referrals.forms.referral import ResendForm, WithdrawForm
from referrals.models import Referral
from referrals.states import Side, Status


@allow(Permission.SEE_REFERRALS)
@require_http_methods(["GET", "HEAD", "POST"])
def referrals(request: MemberRequest) -> HttpResponse:
    """The lists, 30 at a time. A search is posted, so that no name or number is ever in a URL."""
    member, offered = request.member, lists.lists_of(request.member)
    wanted, words = request.GET.get("list", offered[0].name), request.POST.get("words", "")
    chosen = next((found for found in offered if found.name == wanted), None)
    drafts = wanted == "drafts" and member.may(Permission.REFER)
    if not chosen and not drafts:
        raise Http404
    context: dict[str, Any] = {"words": words, "list": chosen, "drafts": [], "rows": [], "more": None}
    if request.method == "POST":
        context |= {"rows": lists.search(member, words), "list": None, "tabs": lists.tabs(member, "")}
    elif chosen:
        rows, more = lists.page_of(member, chosen, after(request))
        context |= {"rows": rows, "more": more, "tabs": lists.tabs(member, chosen.name)}
    else:
        context |= {"drafts": lists.drafts(member), "tabs": lists.tabs(member, "drafts")}
    context |= {"searched": request.method == "POST", "more_asked": "after" in request.GET}
    return page(request, "referrals/referrals.html", context, part="rows")


def after(request: MemberRequest) -> Referral | None:
    """The referral the next page comes after. Raises Http404 when it is not theirs."""
    if "after" not in request.GET:
        return None
    wanted = parse_uuid(request.GET["after"])
    if wanted is None:
        raise Http404
    return get_object_or_404(Referral.visible_to(request.member), pk=wanted)


def one(request: MemberRequest, pk: uuid.UUID) -> Referral:
    """A referral the member may see, with both agencies at hand. Raises Http404."""
    rows = Referral.visible_to(request.member).select_related(
        "from_agency", "to_agency", "service", "sent_by__user", "assigned_to__user"
    )
    return get_object_or_404(rows, pk=pk)


@allow(Permission.SEE_REFERRALS)
@require_safe
def referral(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One referral: what was sent, what happened to it, and the answer at the end. Nothing of any case."""
    found, member = one(request, pk), request.member
    side = found.side_of(member)
    context = {
        "referral": found,
        "sender_side": side == Side.SENDER,
        "state": lists.state_words(found.status, side),
        "needs": [need.name for need in found.needs.all()],
        "steps": story.steps(found, member),
        "deeds": story.deeds(found, member),
        "answer": letters.answer_to(found),
        "case_url": story.case_url(found, member),
        "reply": answer_form(found, member),
    }
    return page(request, "referrals/referral.html", context)


@allow(Permission.SEE_REFERRALS)
@require_safe
def letter(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The answer, or before it the referral as sent, as a PDF."""
    return letters.letter(request, one(request, pk))


@allow(Permission.REFER)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    form = WithdrawForm(request.POST or None)
    return sender_moves(request, pk, form, Status.WITHDRAWN, "referrals/withdraw.html", "The referral is withdrawn.")


@allow(Permission.REFER)
@require_http_methods(["GET", "HEAD", "POST"])
def resend(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    form = ResendForm(request.POST or None)
    return sender_moves(request, pk, form, Status.SENT, "referrals/resend.html", "Sent again, with your words.")


def sender_moves(
    request: MemberRequest, pk: uuid.UUID, form: Form, to: Status, template: str, done: str
) -> HttpResponse:
    """The sender's move: 404 for others, words required, 409 with where it stands when somebody was quicker."""
    found, refused = one(request, pk), ""
    if not story.is_senders(found, request.member):
        raise Http404
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            move(found, to, by=Author.of(request.member), side=Side.SENDER, words=given["words"], key=given["key"])
        except MoveRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, done)
            return redirect("referrals:referral", found.pk)
    context = {"form": form, "referral": found, "refused": refused, "asked": story.asked(found)}
    return answer(request, template, context, status=409 if refused else None)
