"""The agencies of the demo place and what they offer. All of it is invented but the postcodes."""

from typing import NamedTuple

TEAMS = [
    # code, name, postcode, phone
    ("worthing", "Worthing Connectors", "BN11 1HS", "01632 960101"),
    ("shoreham", "Shoreham and Southwick Connectors", "BN43 5WU", "01632 960102"),
    ("lancing", "Lancing and Sompting Connectors", "BN15 8AQ", "01632 960103"),
]

PRACTICES = [
    # ODS code (made up), name, postcode, team
    ("X99001", "Alder Street Surgery", "BN11 3JS", "worthing"),
    ("X99002", "Broadwater Green Medical Centre", "BN14 8HT", "worthing"),
    ("X99003", "Chalk Pit Lane Practice", "BN14 9QD", "worthing"),
    ("X99004", "Goring Sea Road Surgery", "BN12 4PJ", "worthing"),
    ("X99005", "Heene Garden Practice", "BN11 4PN", "worthing"),
    ("X99006", "Tarring Orchard Surgery", "BN14 7LN", "worthing"),
    ("X99007", "Harbour View Practice", "BN43 5DD", "shoreham"),
    ("X99008", "Kingston Lighthouse Surgery", "BN43 6RN", "shoreham"),
    ("X99009", "Southwick Square Medical Centre", "BN42 4FT", "shoreham"),
    ("X99010", "Beach Green Surgery", "BN15 8PS", "lancing"),
    ("X99011", "Lancing Mill Practice", "BN15 0DY", "lancing"),
    ("X99012", "Sompting Pond Surgery", "BN15 9UQ", "lancing"),
]


class Group(NamedTuple):
    """A voluntary group (or other agency with listings)."""

    code: str
    name: str
    kind: str
    postcode: str
    phone: str
    about: str


GROUPS = [
    Group("growers", "Millbrook Growers", "voluntary", "BN14 8NA", "01632 960201",
          "A community garden where people grow food and flowers together, whatever they know about gardening."),
    Group("pier", "Pierside Arts", "voluntary", "BN11 3PX", "01632 960202",
          "Art, crafts and music by the sea for people who never thought they were creative."),
    Group("shed", "Adur Men's Shed", "voluntary", "BN43 6TA", "01632 960203",
          "A workshop with tea: mend, make and talk, or just watch. Women have a morning too."),
    Group("steps", "Sea Air Steps", "voluntary", "BN11 2EN", "01632 960204",
          "Walks of every length along the front and on the Downs, with volunteer leaders."),
    Group("advice", "Worthing and Adur Money Advice", "voluntary", "BN11 1QR", "01632 960205",
          "Free, private advice about debt, benefits and energy bills from trained volunteers."),
    Group("table", "The Long Table", "voluntary", "BN15 8BB", "01632 960206",
          "Meals cooked and eaten together, a food pantry, and nobody asks why you came."),
    Group("carers", "Coastal Carers Circle", "voluntary", "BN11 4SP", "01632 960207",
          "For anyone who looks after somebody: a breather, a listening ear and practical help."),
    Group("tides", "Turning Tides Bereavement Friends", "voluntary", "BN43 5HD", "01632 960208",
          "Company after a death, for as long as it takes, from people who have been there."),
    Group("silver", "Silver Surfers Adur", "voluntary", "BN42 4TE", "01632 960209",
          "Patient help with phones, tablets and the internet for people who did not grow up with them."),
    Group("wheels", "Downs Wheels", "voluntary", "BN13 1NX", "01632 960210",
          "Volunteer drivers and an accessible minibus for people who cannot use the ordinary bus."),
    Group("voices", "Sompting Voices", "voluntary", "BN15 0BG", "01632 960211",
          "Singing for joy and for breath. No auditions, no need to read music."),
    Group("harbour", "Harbour Minds", "voluntary", "BN43 6GE", "01632 960212",
          "Groups and one-to-one support for anxiety and low mood, run by people with lived experience."),
    Group("families", "Seashell Families", "voluntary", "BN12 6NJ", "01632 960213",
          "Play, talk and practical help for families with young children."),
    Group("steady", "Steady and Strong", "voluntary", "BN14 7EH", "01632 960214",
          "Gentle exercise classes for balance and strength, in a chair or beside one."),
    Group("hounds", "Happy Hounds Worthing", "voluntary", "BN13 3AE", "01632 960215",
          "Dog walks and visits, for people with dogs and people who miss having one."),
    Group("welcome", "Welcome Worthing", "voluntary", "BN11 2DE", "01632 960216",
          "Friendship and English conversation for people new to the area or to the country."),
    Group("pages", "Page Turners", "voluntary", "BN42 4RR", "01632 960217",
          "Reading aloud together in small groups, with a story, a poem and a pot of tea."),
    Group("clear", "Clear Water Recovery", "voluntary", "BN11 1DJ", "01632 960218",
          "Mutual support for people changing how they drink or use, and for those who love them."),
    Group("library", "Adur and Worthing Library Friends", "council", "BN11 1HD", "01632 960219",
          "Groups that meet in the libraries of Worthing, Shoreham, Lancing and Southwick."),
    Group("homes", "Ropewalk Homes", "housing", "BN43 5HU", "01632 960220",
          "A housing association with community rooms that anyone nearby may use."),
    Group("leisure", "Splashpoint Movers", "council", "BN11 2ER", "01632 960221",
          "Swimming, walking football and classes with a friendly word at the door."),
    Group("befriend", "Kettle On", "voluntary", "BN15 9NG", "01632 960222",
          "Volunteer befrienders who visit or telephone once a week."),
]  # fmt: skip


class Offer(NamedTuple):
    """A weekly session: group, name, needs, day, from, to, venue, postcode, cost in pounds, description."""

    group: str
    name: str
    needs: str
    day: str
    opens: str
    closes: str
    venue: str
    postcode: str
    cost: float
    about: str


OFFERS = [
    Offer("growers", "Tuesday gardening group", "loneliness active", "TU", "10:30", "12:30", "Millbrook Community Garden", "BN14 8NA", 0, "Sow, weed, water and sit in the sun. Raised beds and stools for those who cannot bend. Someone meets new people at the gate."),
    Offer("growers", "Growers' soup lunch", "loneliness food", "TH", "12:00", "13:30", "Millbrook Community Garden", "BN14 8NA", 2, "Soup from what is in season, in the potting shed. Come for the company or to take vegetables home."),
    Offer("growers", "Seeds and calm", "mental", "FR", "14:00", "15:30", "Millbrook Community Garden", "BN14 8NA", 0, "A quiet hour and a half with small jobs, for people who find groups a lot. Six people at most."),
    Offer("pier", "Watercolours for beginners", "loneliness mental", "MO", "14:00", "16:00", "Pierside Studio", "BN11 3PX", 4, "All materials are here. Nobody has to show what they made."),
    Offer("pier", "Ukulele on the pier", "loneliness", "WE", "18:30", "20:00", "Pierside Studio", "BN11 3PX", 3, "Three chords are enough. Instruments to borrow."),
    Offer("pier", "Clay and chat", "bereavement mental", "TH", "10:00", "12:00", "Pierside Studio", "BN11 3PX", 5, "Hands busy, talk if you like. Step-free, with parking behind the studio."),
    Offer("pier", "Life stories in pictures", "loneliness", "SA", "11:00", "12:30", "Worthing Library", "BN11 1HD", 0, "Bring a photograph and the story behind it. Volunteers help to write it down."),
    Offer("shed", "Shoreham Men's Shed", "loneliness mental", "MO", "09:30", "12:30", "The Old Net Loft", "BN43 6TA", 2, "Woodwork, repairs and a great deal of tea. No skill needed. There is always somebody on the door."),
    Offer("shed", "Women's bench morning", "loneliness", "WE", "09:30", "12:30", "The Old Net Loft", "BN43 6TA", 2, "The same workshop, for women. Learn to use a drill, or bring a chair to mend."),
    Offer("shed", "Repair café", "money loneliness", "SA", "10:00", "13:00", "The Old Net Loft", "BN43 6TA", 0, "Bring what is broken: lamps, toasters, trousers, bicycles."),
    Offer("steps", "Half-hour seafront stroll", "active loneliness", "TU", "11:00", "11:30", "Worthing Lido, main steps", "BN11 3PX", 0, "Flat, slow, with benches. Ends in a café for those who like."),
    Offer("steps", "Downs walk, three miles", "active", "SU", "10:00", "12:00", "Cissbury Ring car park", "BN14 0HT", 0, "Some hills. Dogs on leads. The leader waits for the last walker."),
    Offer("steps", "Buggy walk", "family active", "FR", "10:00", "11:00", "Beach House Park", "BN11 2HY", 0, "For parents with prams, at the pace of the smallest."),
    Offer("steps", "Nordic walking taster", "active health", "WE", "14:00", "15:00", "Lancing Beach Green", "BN15 8PS", 3, "Poles to borrow. Kind to knees."),
    Offer("advice", "Money advice drop-in", "money", "MO", "09:30", "12:30", "Worthing Town Hall annexe", "BN11 1QR", 0, "Debt, benefits, energy bills. Bring the letters, opened or not."),
    Offer("advice", "Benefits form-filling help", "money", "WE", "13:00", "16:00", "Shoreham Centre", "BN43 5WU", 0, "Someone sits beside you with the form: attendance allowance, PIP, pension credit."),
    Offer("advice", "Warm and well at home", "money housing", "TH", "10:00", "12:00", "Lancing Parish Hall", "BN15 8AQ", 0, "Cheaper energy, grants for boilers and damp, and a free heating check."),
    Offer("table", "Long Table lunch", "loneliness food", "TU", "12:30", "14:00", "St Michael's Hall, Lancing", "BN15 8BB", 3, "Two courses around one table. If you come alone you will not sit alone."),
    Offer("table", "Community pantry", "food money", "FR", "10:00", "14:00", "St Michael's Hall, Lancing", "BN15 8BB", 4, "Ten items you choose yourself, worth about 25 pounds. No voucher needed."),
    Offer("table", "Cook on a budget", "food", "WE", "17:30", "19:30", "Lancing Parish Hall", "BN15 8AQ", 0, "Cook a meal for four for a fiver, and take it home."),
    Offer("table", "Breakfast club", "food loneliness", "SA", "08:30", "10:00", "Shoreham Methodist Hall", "BN43 5WB", 1, "Porridge, toast, newspapers."),
    Offer("carers", "Carers' coffee morning", "caring loneliness", "WE", "10:30", "12:00", "Heene Community Centre", "BN11 4SP", 0, "An hour and a half that is yours. Sitting service can be arranged."),
    Offer("carers", "Carers' walk and talk", "caring active", "FR", "11:00", "12:00", "Marine Gardens", "BN11 4TE", 0, "Slow walk, two listeners trained by Carers Circle."),
    Offer("carers", "Caring for someone with dementia", "caring", "MO", "18:30", "20:00", "Online", "", 0, "A group by video or telephone, in the evening when the day's work is done."),
    Offer("tides", "Bereavement café", "bereavement loneliness", "TH", "14:00", "16:00", "Shoreham Centre", "BN43 5WU", 0, "Come in the first weeks or after years. Nobody has to talk."),
    Offer("tides", "Walking through grief", "bereavement active", "SA", "10:00", "11:30", "Shoreham Beach, Ferry Road", "BN43 5RL", 0, "Side by side is easier than face to face."),
    Offer("tides", "One-to-one bereavement friend", "bereavement", "TU", "09:30", "16:30", "At home or by telephone", "BN43 5HD", 0, "The same volunteer each week for up to six months."),
    Offer("silver", "Phone and tablet help", "loneliness work", "TU", "14:00", "16:00", "Southwick Library", "BN42 4FT", 0, "Bring your own or borrow one. Go at your own speed, ask the same thing twice."),
    Offer("silver", "Video-call your family", "loneliness", "FR", "10:00", "11:30", "Shoreham Library", "BN43 5WU", 0, "Set up once, practise until it is easy."),
    Offer("silver", "Staying safe from scams", "money", "MO", "10:30", "12:00", "Southwick Library", "BN42 4FT", 0, "What the letters and calls look like, and whom to tell."),
    Offer("wheels", "Lifts to appointments", "transport health", "MO", "08:30", "17:00", "Door to door", "BN13 1NX", 0, "Volunteer drivers who wait and bring you home. Three days' notice."),
    Offer("wheels", "Shopping minibus", "transport food", "TH", "09:30", "12:00", "Door to door", "BN13 1NX", 3, "Accessible minibus to the big shops, with help to carry."),
    Offer("wheels", "Sunday outing", "transport loneliness", "SU", "11:00", "15:00", "Door to door", "BN13 1NX", 6, "Arundel, Bramber or just an ice cream at Goring Gap."),
    Offer("voices", "Sompting community choir", "loneliness mental", "TH", "19:00", "20:30", "Sompting Village Hall", "BN15 0BG", 3, "Songs everyone half knows. Sit or stand."),
    Offer("voices", "Singing for breathing", "health", "MO", "11:00", "12:00", "Heene Community Centre", "BN11 4SP", 2, "For people with COPD, asthma or long Covid; led with a respiratory nurse."),
    Offer("voices", "Memory singers", "caring loneliness", "WE", "14:00", "15:30", "Lancing Parish Hall", "BN15 8AQ", 0, "For people with memory loss and whoever comes with them. Tea after."),
    Offer("harbour", "Anxiety self-help group", "mental", "TU", "18:00", "19:30", "Harbour Minds, High Street", "BN43 6GE", 0, "Eight weeks, ten people, two facilitators who have been there."),
    Offer("harbour", "Quiet café", "mental loneliness", "SU", "14:00", "17:00", "Harbour Minds, High Street", "BN43 6GE", 0, "Open when other places are shut. Low light, board games, nobody presses you."),
    Offer("harbour", "Sleep well course", "mental health", "TH", "17:30", "19:00", "Online", "", 0, "Six evenings, with a workbook by post if you like paper."),
    Offer("harbour", "Walk-in listening", "mental", "FR", "13:00", "18:00", "Harbour Minds, High Street", "BN43 6GE", 0, "Thirty minutes with a trained listener, no appointment."),
    Offer("families", "Stay and play", "family", "MO", "09:30", "11:30", "Durrington Family Room", "BN12 6NJ", 1, "Toys, songs and toast. Younger and older children mix."),
    Offer("families", "New parents' circle", "family mental", "WE", "13:00", "14:30", "Durrington Family Room", "BN12 6NJ", 0, "For the first year. Crying is allowed, from anyone."),
    Offer("families", "Dads on Saturday", "family", "SA", "09:30", "11:00", "Durrington Family Room", "BN12 6NJ", 0, "Bacon rolls and building blocks."),
    Offer("steady", "Chair exercise", "active health", "MO", "10:00", "11:00", "Broadwater Parish Rooms", "BN14 8HT", 3, "Seated throughout, to music you remember."),
    Offer("steady", "Better balance", "active health", "TH", "11:00", "12:00", "Tarring Church House", "BN14 7EH", 3, "Twelve weeks that make falls less likely. A physiotherapist looks in."),
    Offer("steady", "Tai chi for joints", "active health", "TU", "09:30", "10:30", "Goring Village Hall", "BN12 4PJ", 4, "Slow and gentle; good for arthritis."),
    Offer("hounds", "Dog walk and coffee", "loneliness active", "WE", "10:00", "11:30", "Durrington Recreation Ground", "BN13 3AE", 0, "With your dog, or borrow one of ours to walk."),
    Offer("hounds", "Visits from a dog", "loneliness", "FR", "13:30", "15:30", "At home", "BN13 3AE", 0, "A calm dog and its person come for half an hour."),
    Offer("welcome", "English conversation", "work loneliness", "TU", "13:00", "14:30", "Worthing Library", "BN11 1HD", 0, "Talk about ordinary things, slowly. Arabic, Polish and Bengali spoken."),
    Offer("welcome", "Welcome supper", "loneliness food", "FR", "18:00", "20:00", "Heene Community Centre", "BN11 4SP", 0, "A different country's cooking each week."),
    Offer("welcome", "Job club", "work", "TH", "10:00", "12:00", "Worthing Library", "BN11 1HD", 0, "CVs, forms, practice interviews, childcare in the room next door."),
    Offer("pages", "Reading aloud group", "loneliness mental", "WE", "10:30", "12:00", "Southwick Community Centre", "BN42 4TE", 0, "Somebody reads, everybody listens; join in if you like."),
    Offer("pages", "Books to your door", "loneliness", "MO", "14:00", "16:00", "At home", "BN42 4RR", 0, "A volunteer brings books or talking books and stays for a chat."),
    Offer("clear", "Recovery café", "alcohol", "MO", "18:00", "20:00", "Clear Water House", "BN11 1DJ", 0, "No alcohol, good coffee, people at every stage."),
    Offer("clear", "Families and friends group", "alcohol caring", "WE", "19:00", "20:30", "Clear Water House", "BN11 1DJ", 0, "For those who worry about somebody else's drinking."),
    Offer("clear", "SMART recovery meeting", "alcohol", "SA", "10:30", "12:00", "Online", "", 0, "Tools for change, not a programme for life. Camera off is fine."),
    Offer("library", "Knit and natter", "loneliness", "TU", "10:00", "12:00", "Lancing Library", "BN15 8AQ", 0, "Wool and needles provided. Beginners are taught."),
    Offer("library", "Rhyme time", "family", "TH", "10:30", "11:00", "Shoreham Library", "BN43 5WU", 0, "Songs and stories for under-fives."),
    Offer("library", "Home library service", "loneliness transport", "FR", "09:30", "16:00", "At home", "BN11 1HD", 0, "Books, large print and audio brought by a librarian every three weeks."),
    Offer("homes", "Ropewalk lunch club", "loneliness food", "WE", "12:00", "13:30", "Ropewalk House lounge", "BN43 5HU", 4, "Open to everyone nearby, not only tenants. Step-free, hearing loop."),
    Offer("homes", "Tenancy and repairs surgery", "housing", "TU", "14:00", "16:00", "Ropewalk House office", "BN43 5HU", 0, "Damp, repairs, arrears, moving: any landlord."),
    Offer("leisure", "Walking football, over 50s", "active loneliness", "TH", "18:00", "19:00", "Splashpoint pitch", "BN11 2ER", 3, "No running, plenty of banter. Men and women."),
    Offer("leisure", "Gentle swim", "active health", "MO", "13:00", "14:00", "Splashpoint pool", "BN11 2ER", 3, "Warm water, hoist, a lifeguard who knows your name."),
    Offer("leisure", "Exercise on referral", "active health", "FR", "11:00", "12:00", "Splashpoint gym", "BN11 2ER", 2, "Twelve weeks with an instructor after an illness."),
    Offer("befriend", "Telephone befriending", "loneliness", "MO", "09:00", "17:00", "By telephone", "", 0, "The same voice every week, for people anywhere in the area."),
    Offer("befriend", "Home befriending", "loneliness", "WE", "09:00", "17:00", "At home", "BN15 9NG", 0, "A visit of an hour a week. There is a waiting list of about a month."),
]  # fmt: skip
