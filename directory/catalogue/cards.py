"""What the card of an activity says, made ready in Python: ten cards of lookups and filters were most of a page."""

from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from config.template_tags import date_words, phone_link, row_address
from directory.catalogue.wording import shorten_description
from directory.models import Service, Spot, Status


def prepare_card(service: Service, *, number: int | None = None, note: str = "", focus: bool = False) -> Service:
    """Put on it what its card says, which directory/templatetags/cards.py draws. `spot` must be there (or None), to
    cost no query.

    `number` is its place in the list and its pin on the map; `note` what the steward says of it; `focus` for the first
    one of those that "Show 10 more" brought.
    """
    spot, made = service.spot, vars(service)
    made["number"], made["note"], made["focus"] = number, note, focus
    made["address"] = row_address("directory:service", service.pk)
    made["meets"] = ", ".join(part for part in (spot.when, spot.where) if part) if spot else ""
    made["chips"] = spot.chips if spot else []
    made["summary"] = shorten_description(service.description)
    made["call"] = phone_link(service.phone) if service.phone else ""
    made["closed"] = service.status == Status.CLOSED
    made["because"] = " · ".join(made.get("why", ()))
    made["checked"] = format_last_checked(service)
    made["pin"] = format_pin(spot, number)
    return service


def format_pin(spot: Spot | None, number: int | None) -> SafeString:
    """The attributes from which the map takes where it is, and the number on its pin."""
    placed = spot is not None and spot.latitude is not None
    where = {"data-lat": repr(spot.latitude), "data-lon": repr(spot.longitude)} if spot and placed else {}
    return flatatt(where | ({"data-number": number} if number else {}))


def format_last_checked(service: Service) -> str:
    """When somebody last made sure that it is right. After CHECK_VALID_FOR it is marked: a promise of the place."""
    if service.assured_date is None:
        return "Not checked yet"
    return f"{'Not checked since' if service.is_check_overdue else 'Last checked'} {date_words(service.assured_date)}"
