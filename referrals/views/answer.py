"""A voluntary group answers: by the secret link in its e-mail, or signed in."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from agencies.access import Permission, allow, public
from agencies.models import Author, Membership
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from config.http import add_noindex_header
from config.template_tags import when
from referrals.actions import MoveRefused, links
from referrals.actions.answer import has_replied, reply_to_referral, take_back_answer
from referrals.actions.transition import describe_latest_move, describe_move
from referrals.forms.answer import AnswerForm, TakeBackForm, build_take_back_form
from referrals.lists import format_decision
from referrals.models import AnswerLink, Referral, ReferralReading, Remark


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Reading changes nothing but the note that the link was opened: scanners of e-mail fetch it too (point 23)."""
    link = links.find_link(token)
    if link is None:
        return add_noindex_header(render_page(request, "referrals/link_unknown.html", status=404))
    if page := find_page_of_ended_link(link):
        context = {"token": token, "kept": request.POST.get("words", "").strip()}
        return add_noindex_header(render_page(request, page, context, status=410))
    links.mark_link_opened(link)
    return add_noindex_header(process_answer(request, link.referral, None, then=request.path))


def find_page_of_ended_link(link: AnswerLink) -> str:
    """What a link that leads to the referral no more shows instead; "" for one that does."""
    if link.referral.withheld_at:
        return "referrals/link_withheld.html"
    if links.is_link_dead(link):
        return "referrals/link_dead.html"
    return "referrals/link_ended.html" if link.has_expired else ""


@public
@never_cache
@require_POST
def new_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same words whether the link was known or not, and whether one was sent or not."""
    links.renew_link(links.find_link(token))
    return add_noindex_header(render_page(request, "referrals/new_link.html"))


@allow(Permission.ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def answer_signed_in(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    received = Referral.visible_to(request.member).filter(to_agency=request.member.agency_id)
    asked = received.select_related("service", "from_agency", "to_agency", "sent_by__user")
    referral = get_object_or_404(asked, pk=pk, service__isnull=False)
    ReferralReading.record(referral, request.member)
    return process_answer(request, referral, request.member, then=reverse("referrals:referral", args=[pk]))


def process_answer(request: HttpRequest, referral: Referral, member: Membership | None, *, then: str) -> HttpResponse:
    """The page with who it is and the question; after an answer, the page `then`, with what comes next. By link there
    is no `member`: the group is who answers, with the name that was typed.

    A second identical post is answered like the first. Who is too late is told so and loses no words (409).
    """
    if request.method == "POST" and has_replied(referral, request.POST.get("key", "")):
        return redirect(then)
    if request.method == "POST" and "take_back" in request.POST:
        process_take_back(request, referral, member)
        return redirect(then)
    by_link, refused = member is None, ""
    form = AnswerForm(request.POST or None, referral=referral, by_link=by_link)
    if request.method == "POST" and not referral.is_open:
        refused = describe_latest_move(referral)
    elif request.method == "POST" and form.is_valid():
        name = form.cleaned_data.get("name", "")
        by = Author.of(member) if member else Author.by_link(referral.to_agency, name)
        try:
            reply_to_referral(referral, by=by, **form.reply_arguments)
        except MoveRefused as error:
            refused = str(error)
        else:
            thanks = f"Thank you. {referral.from_agency.name} has been told."
            messages.success(request, format_decision(member, thanks, referral) if member else thanks)
            return redirect(then)
    kept = form.typed_values
    if refused:
        form = AnswerForm(referral=referral, by_link=by_link, typed=kept)
    context = {
        "form": form,
        "referral": referral,
        "by_link": by_link,
        "action": request.path,
        "refused": refused,
        "kept": kept["words"],
        "standing": describe_latest_move(referral),
        "answers": load_conversation(referral),
        "needs": ", ".join(need.name for need in referral.needs.all()),
        "take_back": build_take_back_form(referral, member),
    }
    return render_form_page(request, "referrals/answer.html", context, status=409 if refused else None)


def process_take_back(request: HttpRequest, referral: Referral, member: Membership | None) -> None:
    """Take back the answer that was given last, and say so; or say why not, and whom to ring."""
    form, asks = TakeBackForm(request.POST), referral.from_agency
    try:
        if not form.is_valid():
            raise MoveRefused(describe_latest_move(referral))
        by = Author.of(member) if member else Author.by_link(referral.to_agency)
        take_back_answer(referral, by=by, **form.cleaned_data)
    except MoveRefused as error:
        ring = f" on {asks.phone}" if asks.phone else ""
        messages.error(request, f"{error}. That cannot be taken back here now. Ring {asks.name}{ring}.")
    else:
        messages.success(request, f"Your answer is taken back, and {asks.name} has been told. You can answer again.")


def load_conversation(referral: Referral) -> list[dict[str, str]]:
    """What both sides have said since it was sent, oldest first: who did what when, and their words."""
    messages_back = referral.remarks.filter(kind=Remark.Kind.MESSAGE)
    told = [(m.at, describe_move(m), m.words) for m in referral.moves.filter(number__gt=1)]
    told += [(r.at, f"{r.author_name} wrote, {when(r.at)}", r.words) for r in messages_back]
    return [{"said": line, "words": words} for _, line, words in sorted(told)]
