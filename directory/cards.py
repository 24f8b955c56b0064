"""What the card of an activity says, made ready in Python: ten cards of lookups and filters were most of a page."""

from django.urls import reverse

from config.template_tags import date_words, phone_link
from directory.describing import summary
from directory.models import Service, Status


def dress(service: Service, *, number: int | None = None, note: str = "", focus: bool = False) -> Service:
    """Put on it what templates/directory/activity_card.html prints. `spot` must be there (or None), to cost no query.

    `number` is its place in the list and its pin on the map; `note` what the steward says of it; `focus` for the first
    one of those that "Show 10 more" brought.
    """
    spot, made = service.spot, vars(service)
    made["number"], made["note"], made["focus"] = number, note, focus
    made["address"] = reverse("directory:service", args=[service.pk])
    made["meets"] = ", ".join(part for part in (spot.when, spot.where) if part) if spot else ""
    made["chips"] = spot.chips if spot else []
    made["summary"] = summary(service.description)
    made["call"] = phone_link(service.phone) if service.phone else ""
    made["closed"] = service.status == Status.CLOSED
    made["because"] = " · ".join(made.get("why", ()))
    made["checked"] = checked(service)
    made["pin"] = (repr(spot.latitude), repr(spot.longitude)) if spot and spot.latitude is not None else ()
    return service


def checked(service: Service) -> str:
    """When somebody last made sure that it is right. After CHECKED_FOR it is marked: a promise of the place."""
    if service.assured_date is None:
        return "Not checked yet"
    return f"{'Not checked since' if service.not_checked_lately else 'Last checked'} {date_words(service.assured_date)}"
