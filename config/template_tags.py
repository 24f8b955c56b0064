"""Template tags and filters, built into every template: words, dates, icons, forms, navigation."""

import datetime
import re
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import phonenumbers
from django import forms, template
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, get_urlconf, resolve, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.births import Birth, BirthPrecision
from config.fields import MONTHS, find_phone_number
from config.forms import GovukFormHelper
from config.request_id import current_request_id

register = template.Library()


def place_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `place` (name, area, phone) and `demo`, true only where one-click sign-in is open."""
    here = request.META.get("REMOTE_ADDR", "") in ("127.0.0.1", "::1")
    return {"place": settings.PLACE, "demo": settings.DEMO and here}


@register.simple_tag
def request_number() -> str:
    """ "9f2c 01ab 77d0 4e13": by what a page of error is found in the log; "" outside of a request."""
    number = current_request_id().replace("-", "")
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


# --- Words -----------------------------------------------------------------------------------------


@register.filter
def nhs(digits: str | None) -> str:
    """ "9990000018" → "999 000 0018"."""
    text = str(digits or "")
    return f"{text[:3]} {text[3:6]} {text[6:]}" if len(text) == 10 else text


@register.filter
def email_words(address: str | None) -> SafeString:
    """An e-mail address as it is shown: it breaks before @ and dots, never within a word."""
    first, *others = re.split(r"(?=[@.])", str(address or ""))
    return format_html('<span class="email">{}{}</span>', first, format_html_join("", "<wbr>{}", zip(others)))


# What stands before a site's name in an address. With who signs in to it, which may look like another site's name:
# https://bank.example@evil.example
BEFORE_SITE = re.compile(r"https?://(?:[^/?#\\]*@)?(?:www\.)?")


@register.filter
def site_name(url: str | None) -> str:
    """The name of a website, for the words of a link to it: "greengym.example.org" of its address, however broken."""
    before = BEFORE_SITE.match(str(url or ""))
    return (before and re.split(r"[/?#\\]", before.string[before.end() :])[0]) or str(url or "")


@register.filter
def phone_link(number: str | None) -> str:
    """A phone number as the target of a tel: link; of a text that came with a feed, the first number in it."""
    packed = str(number or "").replace(" ", "")
    found = None if packed.isdecimal() else find_phone_number(str(number or ""))  # most are digits, and so is 999
    if found:
        return phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.RFC3966)
    return "tel:" + "".join(c for c in packed if c.isdecimal() or c == "+")


@register.filter
def date_words(value: datetime.date | datetime.datetime | None) -> str:
    """27 March 1951; "" for none. Moments are shown on London's calendar."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{value.day} {MONTHS[value.month - 1].title()} {value.year}"


@register.filter
def time_words(value: datetime.time | datetime.datetime | None) -> str:
    """2:10pm, 10am, midday."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).time() if timezone.is_aware(value) else value.time()
    if (value.hour, value.minute) in ((12, 0), (0, 0)):
        return "midday" if value.hour else "midnight"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


@register.filter
def when(value: datetime.datetime | None) -> str:
    """20 November 2026, 2:10pm."""
    return f"{date_words(value)}, {time_words(value)}" if value else ""


@register.filter
def due(value: datetime.date | datetime.datetime | None) -> str:
    """How a date to act by is said: Today, Tomorrow, Yesterday, "3 days ago", "Friday", else the date in words."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).date()
    days = (value - timezone.localdate()).days
    near = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
    if days in near:
        return near[days]
    if -14 <= days < 0:
        return f"{-days} days ago"
    return value.strftime("%A") if 0 < days < 7 else date_words(value)


@register.filter
def is_overdue(value: datetime.date | datetime.datetime | None) -> bool:
    """Whether that day is before today in London."""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).date()
    return value is not None and value < timezone.localdate()


@register.filter
def age(born_on: datetime.date | None) -> str:
    """Whole years today, as text; "" when the date of birth is not known."""
    if born_on is None:
        return ""
    today = timezone.localdate()
    return str(today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day)))


@register.filter
def born(birth: Birth) -> str:
    """27 March 1951, about March 1951, about 1951; "" when it is not known."""
    if birth.on is None or birth.precision == BirthPrecision.DAY:
        return date_words(birth.on)
    month = f"{MONTHS[birth.on.month - 1].title()} " if birth.precision == BirthPrecision.MONTH else ""
    return f"about {month}{birth.on.year}"


@register.filter
def birth_age(birth: Birth) -> str:
    """ "75", "about 75"; "" when it is not known."""
    years = age(birth.on)
    return f"about {years}" if years and birth.precision != BirthPrecision.DAY else years


@register.simple_tag
def lines(text: str | None) -> SafeString:
    """Plain text as paragraphs: blank lines part them, line breaks stay. Everything is escaped."""
    return _build_paragraphs(text, str)


def _build_paragraphs(text: str | None, draw: Callable[[str], str]) -> SafeString:
    blocks = (text or "").replace("\r\n", "\n").split("\n\n")
    paragraphs = ([draw(line) for line in block.strip().split("\n")] for block in blocks if block.strip())
    rows = ((first, format_html_join("", "<br>{}", ((line,) for line in rest))) for first, *rest in paragraphs)
    return format_html_join("", "<p>{}{}</p>", rows)


# "our page (https://…)", of which the last words before the bracket are the link; or an address by itself
ADDRESS_IN_PROSE = re.compile(
    r"(?P<words>\b[^\s(),.;:!?]{1,60}(?: [^\s(),.;:!?]{1,60}){0,5}) \((?P<url>https?://[^\s()<>\"']{1,2000})\)"
    r"|(?P<bare>\b(?:https?://|www\.(?=[\w-]+\.\w))[^\s()<>\"']{1,2000})"
)


@register.simple_tag
def prose(text: str | None) -> SafeString:
    """Strangers' text as paragraphs, its web addresses as links: "our page (https://…)" is "our page"."""
    return _build_paragraphs(text, link_addresses)


def name_sites(text: str) -> str:
    """The same where no link can be: "our page (https://…)" is "our page", an address the name of its site."""
    if "://" not in text and "www." not in text:
        return text
    return ADDRESS_IN_PROSE.sub(lambda match: match["words"] or site_name(complete_address(match["bare"])), text)


def complete_address(address: str) -> str:
    return f"https://{address}" if address.startswith("www.") else address


@register.filter
def link_addresses(line: str) -> SafeString:
    """A line of strangers' text in the same way; an address of our own is "the link"."""
    parts, at, own = [], 0, settings.PLACE["base_url"] + "/"
    for match in ADDRESS_IN_PROSE.finditer(line):
        named, address = match["words"], match["url"] or match["bare"].rstrip(".,;:!?")
        end = match.end() if named else match.start("bare") + len(address)
        parts.append(format_html("{}", line[at : match.start()]))
        target = complete_address(address)
        words = named or ("the link" if address.startswith(own) else BEFORE_SITE.sub("", target, 1).rstrip("/")[:60])
        parts.append(format_html('<a href="{}" rel="noopener nofollow">{}</a>', target, words))
        at = end
    return format_html_join("", "{}", ((part,) for part in [*parts, line[at:]]))


# --- Components ------------------------------------------------------------------------------------

TAG_TONES = {
    "sky": "received sent new draft waitlisted",
    "amber": "waiting requested returned more_information paused quiet due",
    "green": "accepted contacted active open plan_made booked attended",
    "grey": "finished completed closed ended withdrawn cancelled",
    "coral": "overdue declined could_not_reach not_right lapsed failed urgent",
}


@register.simple_tag
def status_tag(words: Any, code: str = "", tone: str = "") -> SafeString:
    """The coloured word for a state. The colour follows `tone`, or `code` (a state), or the words; never alone."""
    key = str(code or words).strip().lower().replace(" ", "_").replace("-", "_")
    found = next((name for name, known in TAG_TONES.items() if key in known.split()), "teal")
    return format_html('<strong class="tag tag--{}">{}</strong>', tone or found, words)


ICON_NAMES = (
    "home check alert phone letter note people plan measure share lock calendar clock place money "
    "step-free room search print download pencil star flag door chat walk heart"
)
ICONS = frozenset(ICON_NAMES.split())


@register.simple_tag
@lru_cache(maxsize=200)
def icon(name: str, title: str = "") -> SafeString:
    """A line icon from a closed set. Decorative unless `title` gives it words. ValueError for an unknown name."""
    if name not in ICONS:
        raise ValueError(f"No icon called {name!r}; there are: {', '.join(sorted(ICONS))}")
    return render_to_string("components/icon.html", {"name": name, "title": title})


@register.simple_tag(takes_context=True)
def current(context: template.Context, *names: str) -> bool:
    """Whether the page shown is one of these URL names: {% current "cases:plan" as here %}."""
    match = getattr(context.get("request"), "resolver_match", None)
    return bool(match and match.view_name in names)


# --- Forms -----------------------------------------------------------------------------------------


blank_fields: dict[Any, SafeString] = {}


@register.simple_tag
def fields(form: forms.BaseForm, *names: str) -> SafeString:
    """The form's fields as its helper lays them out, or the named ones in that order, drawn by crispy.

    A blank form's `drawn_once` are drawn once and kept: they are the same for everybody.
    """
    blank = not form.is_bound and not form.initial
    key = (type(form), names) if blank and set(names) <= set(getattr(form, "drawn_once", ())) and names else None
    if key in blank_fields:
        return blank_fields[key]
    helper = GovukFormHelper(form, *names) if names else getattr(form, "helper", None) or GovukFormHelper(form)
    drawn: SafeString = helper.render_layout(form, template.Context())
    if key:
        blank_fields[key] = drawn
    return drawn


@register.inclusion_tag("hereabouts/error_summary.html")
def error_summary(*forms_shown: forms.BaseForm) -> dict[str, Any]:
    """What is wrong, above the h1, each line a link to the input it is about. Nothing when nothing is wrong."""
    errors: list[dict[str, Any]] = []
    for form in forms_shown:
        errors += [{"words": words, "target": ""} for words in form.non_field_errors()] if form.is_bound else []
        for field in form if form.errors else ():
            target = "" if field.is_hidden else getattr(field, "target", "")  # config.forms.GovukBoundField
            errors += [{"words": words, "target": target} for words in field.errors]
    return {"errors": errors}


@register.inclusion_tag("hereabouts/button.html")
def button(form: forms.BaseForm | None = None, words: str = "", **options: str) -> dict[str, Any]:
    """The form's button with its one word. `words` says another; `name` and `value` tell two buttons apart;
    `look="secondary"` (or "warning") is the quieter (or dangerous) one."""
    return {
        "words": words or getattr(form, "button", "Save"),
        "look": options.get("look", ""),
        "name": options.get("name", ""),
        "value": options.get("value", "1"),
    }


@register.inclusion_tag("hereabouts/post_form.html", takes_context=True)
def post_form(
    context: template.Context, form: forms.BaseForm, back: str = "", words: str = "Cancel", look: str = ""
) -> dict[str, Any]:
    """The whole of a form that is posted to the page it is on: its token, fields and button, and the way `back`."""
    return {"form": form, "back": back, "words": words, "look": look}


# --- Navigation ------------------------------------------------------------------------------------

NAVIGATION_PAGES = [  # URL name, words; shown to whoever may open it (the view's own @allow decides)
    ("directory:activities", "Find activities"),
    ("cases:caseload", "Today"),
    ("agencies:waiting", "Waiting for you"),
    ("referrals:refer", "Make a referral"),
    ("referrals:referrals", "Our referrals"),
    ("directory:listings", "Our activities"),
    ("directory:steward", "The place"),
    ("cases:rights", "Records"),
    ("agencies:team", "Team"),
]


PLACEHOLDER_ID = uuid.UUID(int=0)


@register.simple_tag
def address(name: str, *arguments: Any) -> str:
    """The URL of that name, or "" when this deployment has no such page."""
    if not arguments:
        return reverse_cached(name, *current_urlconf())
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def current_urlconf() -> tuple[str, str]:
    """The list of addresses in use and what they begin with: what an address depends on."""
    return get_urlconf() or settings.ROOT_URLCONF, get_script_prefix()


@lru_cache(maxsize=200)
def reverse_cached(name: str, urlconf: str, prefix: str) -> str:
    """The URL of a page without arguments, looked up once: a dozen of them stand on every page."""
    try:
        return reverse(name, urlconf)
    except NoReverseMatch:
        return ""


def row_address(name: str, pk: uuid.UUID | str) -> str:
    """The URL of the page about one row with that id, which stands in it once: a list has dozens of them."""
    return row_address_pattern(name, *current_urlconf()).replace(str(PLACEHOLDER_ID), str(pk))


@lru_cache(maxsize=50)
def row_address_pattern(name: str, urlconf: str, prefix: str) -> str:
    return reverse(name, urlconf, [PLACEHOLDER_ID])


@lru_cache(maxsize=10)
def list_navigation_pages(urlconf: str, prefix: str) -> list[tuple[str, str, Any]]:
    """(url, words, access) of the NAVIGATION_PAGES there are; access is what the view's @allow or @public says."""
    found = [(reverse_cached(name, urlconf, prefix), words) for name, words in NAVIGATION_PAGES]
    return [(url, words, find_page_access(url, urlconf)) for url, words in found if url]


def find_page_access(url: str, urlconf: str | None = None) -> Any:
    """ "public", "member" or a tuple of permissions (agencies.access); an empty tuple for what is no page."""
    try:
        return getattr(resolve(url, urlconf).func, "access", "public")
    except Resolver404:
        return ()


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[dict[str, Any]]:
    """The main pages this member may open: words, url, and whether the page shown lies in it."""
    request = context.get("request")
    member, path = getattr(request, "member", None), getattr(request, "path", "")
    open_to_them = [
        (url, words)
        for url, words, access in list_navigation_pages(*current_urlconf())
        if can_open_page(member, access)
    ]
    here = max((url for url, _ in open_to_them if path.startswith(url)), key=len, default="")
    return [{"url": url, "words": words, "here": url == here} for url, words in open_to_them]


def can_open_page(member: Any, access: Any) -> bool:
    """Whether a member (or nobody, None) may open a page with that access."""
    if access == "public" or member is None:
        return bool(access == "public")
    return access == "member" or any(member.has_permission(permission) for permission in access)
