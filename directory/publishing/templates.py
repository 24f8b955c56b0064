"""Good listings to begin from: written as the best of their kind are, for the group to make its own."""

from directory.models import TaxonomyTerm
from directory.publishing.forms.pattern import NEW_PATTERN
from directory.publishing.forms.section import build_price
from directory.publishing.snapshot import ListingData


def _build_weekly_schedule(day: str, opens: str, closes: str) -> list[ListingData]:
    return [NEW_PATTERN | {"freq": "WEEKLY", "byday": day, "opens_at": opens, "closes_at": closes}]


# code → its title, the codes of the needs it helps with, the data it begins with
LISTING_TEMPLATES: dict[str, tuple[str, tuple[str, ...], ListingData]] = {
    "walk": (
        "A walking group",
        ("active", "loneliness"),
        {
            "description": "A gentle walk of about 45 minutes with time to talk. We go at the pace of the slowest, "
            "stop at benches, and have a cup of tea afterwards. Usually eight to twelve of us come.\n\nWe walk in "
            "most weathers. If it is icy or stormy we meet in the café instead.",
            "first_time": "Look for the walk leader in a yellow vest by the main entrance, ten minutes before we set "
            "off. They will ask your name and whether there is anything they should know. Wear shoes you can "
            "walk in and bring some water. You can turn back at any time, and somebody will walk with you.",
            "eligibility": "Anyone who can walk for half an hour on level ground, with a stick or a frame too. "
            "Friends and well-behaved dogs are welcome.",
            "application": "Just come along. Ring first if you would like somebody to meet you.",
            "meets_you": True,
            "costs": [build_price("0.00", "")],
            "fees": "",
            "schedules": _build_weekly_schedule("TU", "10:30:00", "11:30:00"),
        },
    ),
    "lunch": (
        "A lunch club",
        ("loneliness", "food"),
        {
            "description": "A hot two-course lunch, freshly cooked, and good company. Tables are for six, and there is "
            "always a quiet one. After lunch there is a quiz, or cards, or just another cup of tea.",
            "first_time": "Come a little before twelve. A volunteer sits with you, shows you where everything is and "
            "introduces you. Tell us if there is anything you do not eat.",
            "eligibility": "People over 60, and those who look after them.",
            "minimum_age": 60,
            "application": "Book your lunch by Tuesday so that we cook enough.",
            "meets_you": True,
            "fees": "Tell us if that is too much: nobody goes without.",
            "costs": [build_price("5.00", "Lunch")],
            "schedules": _build_weekly_schedule("TH", "12:00:00", "14:00:00"),
        },
    ),
    "advice": (
        "An advice drop-in",
        ("money", "housing"),
        {
            "description": "Free, confidential advice about benefits, debts, bills and housing from a trained "
            "adviser. We help you fill in forms, ring for you, and tell you what to do next. Nothing you say is passed "
            "on without your agreement.",
            "first_time": "Take a number at the desk and have a seat: waiting is usually under half an hour. Bring "
            "letters, bills and something with your name on it if you can. If you have none of it, come "
            "all the same. You may bring somebody with you.",
            "eligibility": "Anyone who lives here.",
            "application": "No appointment needed. Ring if you cannot come: we can call you back.",
            "meets_you": False,
            "costs": [build_price("0.00", "")],
            "fees": "",
            "schedules": _build_weekly_schedule("MO,WE", "10:00:00", "13:00:00"),
        },
    ),
    "peers": (
        "A peer support group",
        ("mental-wellbeing", "loneliness"),
        {
            "description": "A small group of people who have been through it themselves. We sit in a circle, drink "
            "tea and talk about how the week has been. Nobody has to speak. What is said in the room stays in "
            "the room.",
            "first_time": "Somebody from the group meets you at the door and sits beside you. You can just listen. If "
            "it is too much you can step out to the garden at any time; one of us will come with you if you "
            "like.",
            "eligibility": "Adults. You need no diagnosis and no referral.",
            "minimum_age": 18,
            "application": "Ring or write before your first time, so that we expect you.",
            "meets_you": True,
            "costs": [build_price("0.00", "")],
            "fees": "",
            "schedules": _build_weekly_schedule("WE", "18:30:00", "20:00:00"),
        },
    ),
    "making": (
        "A craft or music group",
        ("loneliness", "mental-wellbeing"),
        {
            "description": "An easy morning of making things together. No experience is needed and there is no right "
            "way to do it. Materials are here. People talk while they work, or do not.",
            "first_time": "Everything is on the table when you arrive. Somebody shows you where to begin. You can just "
            "watch for as long as you like.",
            "eligibility": "Anyone over 18, beginners most of all.",
            "minimum_age": 18,
            "application": "Just come along.",
            "meets_you": False,
            "fees": "",
            "costs": [build_price("2.00", "A session, with tea")],
            "schedules": _build_weekly_schedule("FR", "10:00:00", "12:00:00"),
        },
    ),
    "telephone": (
        "A telephone friend",
        ("loneliness",),
        {
            "description": "The same friendly volunteer rings you once a week, at a time that suits you both, for a "
            "chat of about half an hour. It costs you nothing. Many of our calls have gone on for years.",
            "first_time": "Our coordinator rings you first to hear what you like to talk about, and finds somebody who "
            "fits. You can change your mind, or your volunteer, at any time.",
            "eligibility": "Anyone who would like to hear another voice.",
            "application": "Ring us, or ask somebody to do it for you.",
            "meets_you": False,
            "costs": [build_price("0.00", "")],
            "fees": "",
            "schedules": [NEW_PATTERN | {"description": "Once a week, at a time that suits you"}],
        },
    ),
}


def load_listing_template(code: str) -> ListingData:
    """The data of a model listing, with those of its needs that this place has."""
    _, needs, data = LISTING_TEMPLATES[code]
    terms = [{"id": str(term.pk), "name": term.name} for term in TaxonomyTerm.needs().filter(code__in=needs)]
    return data | {"terms": terms}
