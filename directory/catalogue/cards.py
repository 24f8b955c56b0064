"""What the card of an activity says, made ready in Python: ten cards of lookups and filters were most of a page."""

from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from config.template_tags import address_of, date_words, phone_link
from directory.catalogue.wording import summary
from directory.models import Service, Spot, Status


def dress(service: Service, *, number: int | None = None, note: str = "", focus: bool = False) -> Service:
    """Put on it what its card says, which directory/templatetags/cards.py draws. `spot` must be there (or None), to
    cost no query.

    `number` is its place in the list and its pin on the map; `note` what the steward says of it; `focus` for the first
    one of those that "Show 10 more" brought.
    """
    spot, made = service.spot, vars(service)
    made["number"], made["note"], made["focus"] = number, note, focus
    made["address"] = address_of("directory:service", service.pk)
    made["meets"] = ", ".join(part for part in (spot.when, spot.where) if part) if spot else ""
    made["chips"] = spot.chips if spot else []
    made["summary"] = summary(service.description)
    made["call"] = phone_link(service.phone) if service.phone else ""
    made["closed"] = service.status == Status.CLOSED
    made["because"] = " · ".join(made.get("why", ()))
    made["checked"] = checked(service)
    made["pin"] = pin(spot, number)
    return service


def pin(spot: Spot | None, number: int | None) -> SafeString:
    """The attributes from which the map takes where it is, and the number on its pin."""
    placed = spot is not None and spot.latitude is not None
    where = {"data-lat": repr(spot.latitude), "data-lon": repr(spot.longitude)} if spot and placed else {}
    return flatatt(where | ({"data-number": number} if number else {}))


def checked(service: Service) -> str:
    """When somebody last made sure that it is right. After CHECKED_FOR it is marked: a promise of the place."""
    if service.assured_date is None:
        return "Not checked yet"
    return f"{'Not checked since' if service.not_checked_lately else 'Last checked'} {date_words(service.assured_date)}"
