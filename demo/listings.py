"""What the groups of the demo place say beyond day and hour, and what its steward has put together. All invented."""

from typing import NamedTuple


class ListingExtras(NamedTuple):
    """What a group added to its listing; `places` makes its sessions bookable."""

    places: int = 0
    meets_you: bool = False
    first_time: str = ""
    ages: tuple[int | None, int | None] = (None, None)
    languages: tuple[tuple[str, str], ...] = ()
    transport: str = ""


LISTING_EXTRAS: dict[str, ListingExtras] = {
    "Tuesday gardening group": ListingExtras(
        places=12,
        meets_you=True,
        first_time="Come to the green gate on Millbrook Lane a little before half past ten. Someone in a straw hat will be there. Tea first, and nobody has to dig.",
        transport="Bus 7 stops at Millbrook Lane, 100 metres away. One parking space for a Blue Badge by the gate.",
    ),
    "Seeds and calm": ListingExtras(
        places=6,
        meets_you=True,
        first_time="Ring the bell by the side door. There are six of us at most, and silence is fine.",
    ),
    "Watercolours for beginners": ListingExtras(
        places=10, first_time="Everything is on the table when you arrive. You can just watch."
    ),
    "Clay and chat": ListingExtras(
        places=8, meets_you=True, first_time="Sleeves you do not mind getting muddy; aprons are here."
    ),
    "Life stories in pictures": ListingExtras(places=8, ages=(55, None)),
    "Shoreham Men's Shed": ListingExtras(
        meets_you=True,
        ages=(18, None),
        first_time="Knock loudly: it is noisy inside. Someone puts the kettle on and shows you round.",
    ),
    "Women's bench morning": ListingExtras(meets_you=True, ages=(18, None)),
    "Half-hour seafront stroll": ListingExtras(
        places=20,
        meets_you=True,
        first_time="We meet on the main steps, under the clock, in orange scarves. If it rains we go to the café at once.",
        transport="Two minutes from the 700 bus. The promenade is flat, and there is a bench every 60 metres.",
    ),
    "Nordic walking taster": ListingExtras(places=8, ages=(18, None)),
    "Money advice drop-in": ListingExtras(languages=(("pl", "Polish"), ("en", "English"))),
    "Benefits form-filling help": ListingExtras(places=5, languages=(("bn", "Bengali"), ("en", "English"))),
    "Long Table lunch": ListingExtras(
        places=30, meets_you=True, first_time="Sit anywhere. Somebody at each table knows that you are new."
    ),
    "Cook on a budget": ListingExtras(places=8, ages=(16, None)),
    "Carers' coffee morning": ListingExtras(places=16, meets_you=True),
    "Bereavement café": ListingExtras(
        meets_you=True, first_time="There is a quiet corner, and the door stays open. Nobody will ask you to speak."
    ),
    "Phone and tablet help": ListingExtras(
        places=6, ages=(55, None), first_time="Bring your phone and its charger. There is no silly question."
    ),
    "Singing for breathing": ListingExtras(places=14),
    "Memory singers": ListingExtras(places=24, meets_you=True),
    "Anxiety self-help group": ListingExtras(places=10, ages=(18, None)),
    "Stay and play": ListingExtras(ages=(0, 5)),
    "New parents' circle": ListingExtras(places=10, meets_you=True),
    "Dads on Saturday": ListingExtras(ages=(0, 8)),
    "Rhyme time": ListingExtras(ages=(0, 5), places=15),
    "Chair exercise": ListingExtras(
        places=18, ages=(60, None), first_time="Wear what you can stretch in. All of it is done sitting down."
    ),
    "Better balance": ListingExtras(places=12, ages=(65, None)),
    "English conversation": ListingExtras(
        places=12, meets_you=True, languages=(("ar", "Arabic"), ("pl", "Polish"), ("bn", "Bengali"), ("en", "English"))
    ),
    "Welcome supper": ListingExtras(places=40, languages=(("ar", "Arabic"), ("uk", "Ukrainian"), ("en", "English"))),
    "Walking football, over 50s": ListingExtras(places=16, ages=(50, None)),
    "Ropewalk lunch club": ListingExtras(places=20, meets_you=True),
    "Dog walk and coffee": ListingExtras(meets_you=True),
}

COLLECTIONS = [
    (
        "after-a-bereavement",
        "Things to do after a bereavement",
        "Some people want company at once and some not for a year. All of these are used to people on a bad day, and none of them asks you to talk.",
        [
            ("Bereavement café", "You can just sit there."),
            ("Walking through grief", "Side by side is easier."),
            ("Clay and chat", "Your hands are busy."),
            ("Half-hour seafront stroll", "Short, flat and friendly."),
        ],
    ),
    (
        "first-week-alone",
        "When the house is too quiet",
        "Easy places to go alone. At each of them somebody looks out for who is new.",
        [
            ("Long Table lunch", "If you come alone you will not sit alone."),
            ("Tuesday gardening group", "Somebody waits at the gate."),
            ("Reading aloud group", "Listening is enough."),
            ("Telephone befriending", "Without leaving the house."),
        ],
    ),
    (
        "free-and-warm",
        "Free and warm on a winter weekday",
        "Indoors, nothing to pay, and nobody minds if you stay for the heating.",
        [
            ("Knit and natter", ""),
            ("Carers' coffee morning", "For anyone who looks after somebody."),
            ("Life stories in pictures", "Bring one photograph."),
        ],
    ),
]

SYNONYMS = [  # of this place alone: the others are shipped
    ("kettle on", "befriending"),
    ("splashpoint", "swim, gym"),
    ("the lido", "seafront stroll"),
]

NEIGHBOURHOODS = [  # name, a postcode in its middle
    ("Broadwater", "BN14 8HT"),
    ("Durrington", "BN13 3AE"),
    ("Goring-by-Sea", "BN12 4PJ"),
    ("Heene", "BN11 4PN"),
    ("Tarring", "BN14 7LN"),
    ("Shoreham Beach", "BN43 5RL"),
    ("Fishersgate", "BN41 1PS"),
]

# What waits for the steward: readers' words about listings, and groups that ask to take part.
REPORTS = [
    ("Knit and natter", "time", "I went at ten and the door was shut until half past.", 2),
    ("Sunday outing", "cost", "The driver asked for £7, not £6.", 5),
    ("Gentle swim", "contact", "Nobody answers that number on Mondays.", 9),
    ("Growers' soup lunch", "time", "It began at half past twelve when I came.", 1),
]
CLAIMS = [
    (
        "",
        "Fishersgate Friday Club",
        "Bingo, a raffle and a proper cup of tea for anyone over 60, in the community centre.",
        "Beryl Nash",
        "Secretary",
        "beryl.nash@fridayclub.example.org",
        "01632 960415",
        "BN41 1PS",
        "We are on the parish noticeboard and in the Herald.",
        1,
    ),
    (
        "homes",
        "Ropewalk Homes",
        "",
        "Imran Malik",
        "Community officer",
        "imran.malik@ropewalk.example.org",
        "01632 960416",
        "BN43 5HU",
        "My work address is on the Ropewalk website.",
        3,
    ),
]

# What people looked for and did not find: words, near, other filters, times, days ago.
UNMET_SEARCHES = [
    ("zumba", "Worthing", "day=TU&free=1", 4, 3),
    ("knitting for men", "BN13", "", 3, 8),
    ("swimming", "", "access=hearing-loop", 2, 12),
    ("lip reading", "BN43", "", 5, 15),
    ("", "old salts", "", 5, 20),
    ("gluten free cooking", "", "", 2, 26),
]

# What venues have besides being step-free.
VENUE_ACCESS = {
    "Heene Community Centre": ["Hearing loop", "Accessible toilet"],
    "Shoreham Centre": ["Hearing loop", "Accessible toilet", "Blue Badge parking"],
    "Worthing Library": ["Hearing loop", "Accessible toilet"],
    "Lancing Parish Hall": ["Accessible toilet", "Blue Badge parking"],
    "Ropewalk House lounge": ["Hearing loop", "Accessible toilet"],
    "Splashpoint pool": ["Accessible toilet", "Changing Places toilet", "Blue Badge parking"],
}
