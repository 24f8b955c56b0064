"""Words that were posted when the session had ended: kept for who wrote them, and offered after they sign in again."""

import hashlib
import re
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from agencies.models import Draft, User
from agencies.page_owner import find_page_owner
from agencies.sign_in_redirect import current_page_path
from config.http import parse_uuid
from config.row_security import set_context

SECRET_FIELD_NAME = re.compile(r"password|token|secret|credential|(^|_)(code|otp)(_|$)")
MIN_WORD_LENGTH = 3  # characters: a form whose every value is shorter is a button that can be pressed again


def list_posted_fields(request: HttpRequest) -> dict[str, list[str]]:
    """The posted names and values; nothing where one of them is secret, or there is more than a draft may hold."""
    names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
    if any(SECRET_FIELD_NAME.search(name.lower()) for name in names):
        return {}
    fields = {name: [value.replace("\0", "") for value in request.POST.getlist(name)] for name in names}
    return fields if Draft.fits(fields) else {}


@transaction.atomic
def keep_unsent(request: HttpRequest) -> Draft | None:
    """Keep what was posted for the member whose page it came from, be they signed in or not (None: nobody's page).

    A script that keeps it before anything is posted says in `unsent_page` and `unsent_action` where it was typed, and
    in `unsent_form` which form of that window it was: its latest words win.
    """
    owner = find_page_owner(request) if request.method == "POST" else None
    if owner:
        set_context(user=owner.user_id)
    fields = list_posted_fields(request) if owner else {}
    given = {name: fields.pop(f"unsent_{name}", [""])[0] for name in ("page", "action", "form")}
    earlier = fields.pop("unsent", [""])[0]
    if owner is None or "draft_key" in fields or not is_worth_keeping(fields):
        return None
    if earlier.isdecimal():
        Draft.visible_to(owner).exclude(action="").filter(pk=int(earlier[:18])).delete()
    form = given["form"] or (fields.get("key") or [""])[0] or hashlib.sha256(repr(fields).encode()).hexdigest()
    return Draft.save_unsent(
        member=owner,
        form=form[:64],
        page=tidy_path(given["page"] or current_page_path(request)),
        action=tidy_path(given["action"]) or request.get_full_path(),
        data=fields,
    )


def is_worth_keeping(fields: dict[str, list[str]]) -> bool:
    """Words, or a choice of several: one button, whose value is somebody's number, can be pressed again."""
    asked = [[value.strip() for value in values] for name, values in fields.items() if name != "key"]
    values = [value for values in asked for value in values if len(value) >= MIN_WORD_LENGTH]
    return bool(values) and (len(asked) > 1 or not all(map(parse_uuid, values)))


def tidy_path(address: str) -> str:
    """Path and query on this site, without an earlier mark of words to be filled in; "" for anything else."""
    parts = urlsplit(address if url_has_allowed_host_and_scheme(address, None) and address[0] == "/" else "")
    query = "&".join(part for part in parts.query.split("&") if part and not part.startswith("unsent="))
    return parts.path + (f"?{query}" if query else "")


def offer_unsent(user: User, answer: HttpResponse) -> HttpResponse:
    """After sign-in: the answer, or the page of what this user had not sent where the answer leads to none of it."""
    set_context(user=user.pk)
    waits = "unsent=" not in answer.get("Location", "") and Draft.unsent_of(user.memberships.all()).exists()
    return redirect("agencies:unsent") if waits else answer
