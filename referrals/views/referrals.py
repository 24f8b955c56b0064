"""Our referrals: sent and received, one of them, its letter, and what the sender may still do."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.exports import export_pdf
from agencies.models import Author
from agencies.request import MemberRequest
from config.forms import Form, render_form_page
from config.fragments import render_page
from config.http import parse_uuid
from referrals import letters, lists, story
from referrals.actions import MoveRefused, move_referral
from referrals.actions.look_up import may_look_up
from referrals.forms.answer import build_answer_form, build_take_back_form
from referrals.forms.referral import ResendForm, WithdrawForm
from referrals.hooks import on_referral_opened
from referrals.models import LookUp, Referral, ReferralReading
from referrals.states import ReferralStatus, Side


@allow(Permission.SEE_REFERRALS)
@require_http_methods(["GET", "HEAD", "POST"])
def referrals(request: MemberRequest) -> HttpResponse:
    """The lists, 30 at a time. A search is posted, so that no name or number is ever in a URL."""
    member, offered = request.member, lists.visible_lists(request.member)
    wanted, words = request.GET.get("list", offered[0].name), request.POST.get("words", "")
    chosen = next((found for found in offered if found.name == wanted), None)
    drafts = wanted == "drafts" and member.has_permission(Permission.REFER)
    if not chosen and not drafts:
        raise Http404
    context: dict[str, Any] = {"words": words, "list": chosen, "drafts": [], "rows": [], "near": False, "more": None}
    context["refused"] = False
    if request.method == "POST":
        allowed = may_look_up(member, LookUp.Kind.SEARCH)
        rows, near = lists.search_referrals(member, words) if allowed else ([], False)
        if allowed:
            LookUp.record(member, words, found=bool(rows), kind=LookUp.Kind.SEARCH)
        context |= {"rows": rows, "near": near, "list": None, "tabs": lists.build_tabs(member, "")}
        context["refused"] = not allowed
    elif chosen:
        rows, more = lists.load_list_page(member, chosen, find_page_start(request))
        context |= {"rows": rows, "more": more, "tabs": lists.build_tabs(member, chosen.name)}
    else:
        context |= {"drafts": lists.load_drafts(member), "tabs": lists.build_tabs(member, "drafts")}
    context |= {"searched": request.method == "POST", "more_asked": "after" in request.GET}
    status = 429 if context["refused"] else 200
    return render_page(request, "referrals/referrals.html", context, part="rows", status=status)


def find_page_start(request: MemberRequest) -> Referral | None:
    """The referral the next page comes after. Raises Http404 when it is not theirs."""
    if "after" not in request.GET:
        return None
    wanted = parse_uuid(request.GET["after"])
    if wanted is None:
        raise Http404
    return get_object_or_404(Referral.visible_to(request.member), pk=wanted)


def get_referral(request: MemberRequest, pk: uuid.UUID) -> Referral:
    """A referral the member may see, with both agencies at hand. Raises Http404."""
    rows = Referral.visible_to(request.member).select_related(
        "from_agency", "to_agency", "service", "sent_by__user", "assigned_to__user", "case_referral"
    )
    return get_object_or_404(rows, pk=pk)


@allow(Permission.SEE_REFERRALS)
@require_safe
def referral(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One referral: what was sent, what happened to it, and the answer at the end. Nothing of any case."""
    found, member = get_referral(request, pk), request.member
    ReferralReading.record(found, member)
    side, moves = found.side_of(member), story.load_moves(found)
    context = {
        "referral": found,
        "sender_side": side == Side.SENDER,
        "first_contact": letters.find_first_contact(found) if side == Side.SENDER else None,
        "referral_code": letters.REFERRAL_CODE,
        "state": lists.status_label(found.status, side),
        "needs": [need.name for need in found.needs.all()],
        "steps": story.build_timeline(found, member, moves),
        "deeds": story.available_actions(found, member),
        "agreements": story.list_agreements(found, moves),
        "agreement_missing": story.is_agreement_missing(found, moves),
        "may_export": member.has_permission(Permission.EXPORT),
        "answer": letters.find_answer(found),
        "case_url": story.find_case_url(found, member),
        "parting_url": story.find_parting_url(found, member),
        "rights_url": story.find_rights_url(found, member),
        "reply": build_answer_form(found, member),
        "news": [pk for hear in on_referral_opened for pk in hear(found, member)],
        "take_back": build_take_back_form(found, member),
    }
    return render_page(request, "referrals/referral.html", context)


@allow(Permission.SEE_REFERRALS)
@require_safe
def letter(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """As a PDF: the answer once there is one, before that the referral as it was sent.

    The name of the file is the reference: nothing personal is left in a list of downloads.
    """
    found = get_referral(request, pk)
    ReferralReading.record(found, request.member)
    context = letters.build_letter_context(found)
    kind = "answer" if context["told"] else "referral"
    filename = f"{kind}-{found.reference}.pdf"
    return export_pdf(
        request, "pdf/letter.html", context, filename, what=f"Letter of a referral ({kind})", about=found.reference
    )


@allow(Permission.REFER)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    form = WithdrawForm(request.POST or None)
    return process_sender_move(
        request, pk, form, ReferralStatus.WITHDRAWN, "referrals/withdraw.html", "The referral is withdrawn."
    )


@allow(Permission.REFER)
@require_http_methods(["GET", "HEAD", "POST"])
def resend(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    form = ResendForm(request.POST or None)
    return process_sender_move(
        request, pk, form, ReferralStatus.SENT, "referrals/resend.html", "Sent again, with your words."
    )


def process_sender_move(
    request: MemberRequest, pk: uuid.UUID, form: Form, to: ReferralStatus, template: str, done: str
) -> HttpResponse:
    """The sender's move: 404 for others, words required, 409 with where it stands when somebody was quicker."""
    found, refused = get_referral(request, pk), ""
    if not story.is_sending_member(found, request.member):
        raise Http404
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            move_referral(
                found, to, by=Author.of(request.member), side=Side.SENDER, words=given["words"], key=given["key"]
            )
        except MoveRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, done)
            return redirect("referrals:referral", found.pk)
    context = {"form": form, "referral": found, "refused": refused, "asked": story.find_detail_request(found)}
    return render_form_page(request, template, context, status=409 if refused else None)
