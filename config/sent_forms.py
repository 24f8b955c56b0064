"""A form that was sent, then one step back, and sent once more with nothing in it: the first answer is given again.

The page that a browser asks for anew after Back has another key, unless its script knows better (static/app.js), and a
form with nothing in it is refused for what it lacks. Nobody means to send that: so its session's first answer is shown.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

REMEMBERED_FOR = 300  # seconds: the next person at a shared computer is not to be given it
MAX_REMEMBERED = 5  # addresses of one session


def remember_sent_forms(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Where each form with an idempotency key led, of this session's latest."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and response.status_code == 302 and "key" in request.POST:
            if response["Location"].startswith(resolve_url(settings.LOGIN_URL)):
                return response  # nothing was sent: the session had ended
            forms: dict[str, Any] = request.session.get("sent_forms", {})
            page = request.get_full_path()  # the query may say whom it is sent to
            forms.pop(page, None)
            latest = [*forms.items(), (page, [int(time.time()), response["Location"]])]
            request.session["sent_forms"] = dict(latest[-MAX_REMEMBERED:])
        return response

    return middleware


def find_first_answer(request: HttpRequest, form: BaseForm) -> str:
    """Where the form that was sent here led, when this one has come as the page shows it, untouched; "" otherwise."""
    at, answer = request.session.get("sent_forms", {}).get(request.get_full_path(), (0, ""))
    touched = any(
        field.name in form.changed_data
        and not field.field.widget.value_omitted_from_data(form.data, form.files, field.html_name)
        for field in form.visible_fields()
    )
    return answer if not touched and time.time() - at < REMEMBERED_FOR else ""
