"""What a browser posts when a person is referred, and what it would read off the page."""

import re
import uuid
from typing import Any

from django.test import Client

from tests.factories import needs

REFER, FIND, DANGER = "/refer/", "/refer/find/", "/refer/danger/"
HTMX = {"HX-Request": "true"}


def form(**changes: Any) -> dict[str, Any]:
    """What a browser posts for a new person; a field given as None is left out."""
    lonely = needs("Loneliness", "Money or debt")[0]
    posted = {
        "key": str(uuid.uuid4()),
        "started": "",
        "filled": "",
        "nhs_number": "999 000 0018",
        "person_name": "Ada Fern",
        "date_of_birth_day": "27",
        "date_of_birth_month": "3",
        "date_of_birth_year": "1951",
        "phone": "01632 960017",
        "postcode": "bn112aa",
        "needs": [str(lonely.pk)],
        "risk": "none",
        "risks": "",
        "agreement": ["share", "tell"],
        "what_matters": "",
        "message": "",
        "urgency": "routine",
        "contact_by": "phone",
        "contact_avoid": "",
        "email": "",
        "address": "",
    } | changes
    return {name: value for name, value in posted.items() if value is not None}


def page_form(client: Client) -> dict[str, Any]:
    """The hidden fields of a fresh form, with everything else filled in."""
    html = client.get(REFER).content.decode()
    return form(key=value_of(html, "key"), started=value_of(html, "started"))


def value_of(html: str, name: str) -> str:
    """What the input of that name holds; "" when it holds nothing."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
    assert tag, f"No input {name}"
    found = re.search(r'value="([^"]*)"', tag[0])
    return found[1] if found else ""
