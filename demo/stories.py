"""What happened to the people of the demo place, as scripts: each is one life's few months with a connector.

A story's steps are (days after the referral, deed, what). Deeds: a kind of entry (phone, visit, no_answer,
note, call) with (words, next step, days until it); `fact` with (field, value); `refer` and `signpost` with the
name of an offer; `answer` with (offer, what the group said, words); `close` with (reason, outcome, summary).
`{name}` is filled in; each story is told of a woman ("f") or a man ("m").
"""

from typing import Any, NamedTuple


class Story(NamedTuple):
    gender: str
    needs: str
    matters: str
    asked: str
    risks: str
    steps: list[tuple[int, str, tuple[Any, ...]]]


STORIES = [
    Story(
        "f",
        "loneliness bereavement",
        "Getting back to the garden, and seeing people on a Tuesday.",
        "Widowed in the spring, has stopped going out. Low but not depressed; mobility a little reduced since the summer.",
        "Dog in the garden: use the front door.",
        [
            (
                2,
                "phone",
                (
                    "First call, twenty minutes. She would rather talk face to face. Mornings are best. Agreed a home visit.",
                    "Home visit",
                    5,
                ),
            ),
            (2, "fact", ("best_time", "Weekday mornings, before 11am")),
            (
                7,
                "visit",
                (
                    'Tea in the kitchen. She showed me the garden, which has got away from her since her husband died. Used to run the allotment show. Would like to be useful again, not "looked after". Nervous of walking into a room alone.',
                    "Ask Millbrook about someone at the gate",
                    1,
                ),
            ),
            (8, "refer", ("Tuesday gardening group",)),
            (
                10,
                "answer",
                (
                    "Tuesday gardening group",
                    "accepted",
                    "We would love to have her. Jean will be at the gate from 10.15.",
                ),
            ),
            (
                12,
                "phone",
                (
                    "Told her about the place and who will meet her. Pleased, and frightened. Will ring her the evening before.",
                    "Ring the evening before",
                    2,
                ),
            ),
            (
                17,
                "answer",
                (
                    "Tuesday gardening group",
                    "started",
                    "Stayed for the whole session. Talked to two regulars. Wants to come next week.",
                ),
            ),
            (
                18,
                "phone",
                (
                    "She went, and stayed to the end. Slept well for the first time in weeks. Has been asked to judge the sunflowers.",
                    "Check after three sessions",
                    21,
                ),
            ),
            (
                39,
                "visit",
                (
                    "Five sessions now. Her own garden has a row of beans. Talks about her husband without tears, most days. Mentioned her sister in Shoreham for the first time.",
                    "Twelve week review",
                    35,
                ),
            ),
            (60, "signpost", ("Bereavement café",)),
            (
                74,
                "phone",
                (
                    "Review. She goes every Tuesday and helps on the seed stall. Feels ready to finish with me, and knows how to come back.",
                    "Close",
                    4,
                ),
            ),
            (
                78,
                "close",
                (
                    "goals",
                    "connected",
                    "{name} goes to a weekly gardening group, sleeps better and sees friends again. She has been told how to come back to us.",
                ),
            ),
        ],
    ),
    Story(
        "f",
        "money housing",
        "To stop lying awake over the letters.",
        "Universal Credit overpayment being reclaimed, two months behind with rent. Blood pressure up. Asks for help with forms.",
        "",
        [
            (1, "no_answer", ("Rang at 10 and at 2. Left no message, as asked.", "Try again after 5pm", 1)),
            (
                2,
                "phone",
                (
                    "Got through at 5.20. There is a carrier bag of unopened letters. Frightened of bailiffs. Agreed to bring the bag and open it together.",
                    "Meet at the library with the letters",
                    4,
                ),
            ),
            (
                6,
                "visit",
                (
                    "Opened everything: eleven letters, four that matter. Rent arrears of 1,140 pounds; notice not yet served. Priority is the landlord.",
                    "Send to Money Advice",
                    0,
                ),
            ),
            (6, "refer", ("Money advice drop-in",)),
            (6, "refer", ("Tenancy and repairs surgery",)),
            (
                8,
                "answer",
                (
                    "Money advice drop-in",
                    "accepted",
                    "Appointment on Monday at 10 with Sandra. Please bring tenancy agreement and last three payslips.",
                ),
            ),
            (9, "answer", ("Tenancy and repairs surgery", "accepted", "We can see her on Tuesday afternoon.")),
            (
                14,
                "phone",
                (
                    "Went to both. Payment plan of 20 pounds a month with the landlord agreed by telephone from the adviser's desk. She cried, then laughed.",
                    "Hear how the overpayment appeal goes",
                    21,
                ),
            ),
            (
                20,
                "answer",
                (
                    "Money advice drop-in",
                    "completed",
                    "Overpayment challenged; 612 pounds written off. Budget done. She knows the door is open.",
                ),
            ),
            (
                35,
                "phone",
                ("Appeal partly won. Sleeping. Has opened every letter since on the day it came.", "Last call", 14),
            ),
            (
                49,
                "close",
                (
                    "goals",
                    "practical",
                    "Arrears are on an affordable plan and part of the debt has been written off. {name} is sleeping and opening her letters again.",
                ),
            ),
        ],
    ),
    Story(
        "f",
        "caring mental",
        "One afternoon a week that is mine.",
        "Cares for husband with Lewy body dementia, on her own. Tearful in consultation. No carer's assessment so far.",
        "Husband can be frightened of strangers: telephone before visiting.",
        [
            (
                1,
                "phone",
                (
                    "Could only talk for five minutes. She asked me to ring when he is at the day centre, Wednesdays 11 to 2.",
                    "Ring on Wednesday",
                    5,
                ),
            ),
            (1, "fact", ("contact_avoid", "Not when her husband is at home: ring Wednesdays 11 to 2")),
            (
                6,
                "phone",
                (
                    "Forty minutes. Has not had a night's sleep since June. Daughter in Leeds worries by telephone. Would try a coffee morning if somebody sat with him.",
                    "Ask Carers Circle about the sitting service",
                    1,
                ),
            ),
            (7, "refer", ("Carers' coffee morning",)),
            (
                9,
                "answer",
                (
                    "Carers' coffee morning",
                    "waiting",
                    "The group has room at once. Sitting service has a wait of three weeks; we have put her on the list.",
                ),
            ),
            (
                10,
                "note",
                (
                    "Asked adult social care for a carer's assessment, reference taken, eight week wait.",
                    "Chase the sitting service",
                    14,
                ),
            ),
            (24, "answer", ("Carers' coffee morning", "accepted", "A sitter, Maureen, can start next Wednesday.")),
            (
                32,
                "answer",
                ("Carers' coffee morning", "started", "Came, stayed the whole time, swapped numbers with two people."),
            ),
            (
                33,
                "phone",
                (
                    '"I had a conversation about something that was not tablets." He liked the sitter, who plays the piano.',
                    "See how the fourth week goes",
                    21,
                ),
            ),
            (
                55,
                "visit",
                (
                    "Met her at the community centre. Brighter. The assessment came through: four hours of respite a week.",
                    "Review",
                    30,
                ),
            ),
            (
                85,
                "close",
                (
                    "goals",
                    "supported",
                    "{name} has a weekly break, respite hours and a group of other carers. She remains under strain and would welcome a call from the practice at the next dementia review.",
                ),
            ),
        ],
    ),
    Story(
        "m",
        "mental loneliness",
        "To leave the house without my heart going like that.",
        "Anxiety since redundancy, avoids shops and buses. On the list for talking therapy, sixteen weeks.",
        "",
        [
            (
                2,
                "no_answer",
                (
                    'No reply. Sent a text as agreed: "Hello, it is Danny from the connectors. I will ring at 11 tomorrow."',
                    "Ring at 11",
                    1,
                ),
            ),
            (
                3,
                "phone",
                (
                    "Answered on the first ring. Talking is fine, doors are not. Likes model railways, used to fix radios. We agreed on very small steps.",
                    "Meet at his gate",
                    6,
                ),
            ),
            (9, "visit", ("Walked to the post box and back. That was plenty.", "Walk to the corner shop", 7)),
            (
                16,
                "visit",
                (
                    "Corner shop, before 9 when it is empty. Bought milk. Told me about the radios for half an hour.",
                    "Try the shed on a quiet morning",
                    7,
                ),
            ),
            (17, "refer", ("Shoreham Men's Shed",)),
            (
                22,
                "answer",
                (
                    "Shoreham Men's Shed",
                    "accepted",
                    "Gordon will be here on his own at 9. There is a box of old radios with his name on it.",
                ),
            ),
            (30, "answer", ("Shoreham Men's Shed", "started", "Stayed an hour. Mended a Roberts.")),
            (31, "phone", ('"An hour, and I forgot to count." Wants to go again.', "Ring after the third time", 21)),
            (52, "phone", ("Third and fourth time done. Came home by bus, two stops.", "Review", 28)),
            (
                80,
                "close",
                (
                    "goals",
                    "wellbeing",
                    "{name} goes to the shed weekly and can use the bus for short trips. Talking therapy has begun.",
                ),
            ),
        ],
    ),
    Story(
        "f",
        "active health",
        "Walking my granddaughter to school without stopping for breath.",
        "Newly diagnosed type 2 diabetes, BMI 34, motivated. Knees sore. Prefers a group to a gym.",
        "",
        [
            (
                2,
                "phone",
                (
                    "Cheerful. Has tried the gym twice and hated the mirrors. School is 900 metres off: that is the goal.",
                    "Send walk times by text",
                    1,
                ),
            ),
            (3, "signpost", ("Half-hour seafront stroll",)),
            (3, "refer", ("Chair exercise",)),
            (
                6,
                "answer",
                ("Chair exercise", "declined", "Full until January, sorry. Better balance on Thursdays has room."),
            ),
            (7, "refer", ("Better balance",)),
            (9, "answer", ("Better balance", "accepted", "Space from this Thursday. Flat shoes.")),
            (16, "answer", ("Better balance", "started", "Did the whole class and made everybody laugh.")),
            (
                23,
                "phone",
                (
                    "Two strolls and two classes. Knees grumble but no worse. 600 metres with one stop.",
                    "Six week check",
                    28,
                ),
            ),
            (51, "phone", ("Walked the whole way on Tuesday. Photograph received: gap teeth, two coats.", "Close", 7)),
            (
                58,
                "close",
                (
                    "goals",
                    "active",
                    "{name} attends a weekly class and a weekly walk, and walks 900 metres without stopping.",
                ),
            ),
        ],
    ),
    Story(
        "m",
        "loneliness transport",
        "To hear a voice that is not the television.",
        "Lives alone, macular degeneration, no longer drives. Family in Canada. Three calls to the surgery this month, mostly for company.",
        "Cannot read letters or texts: telephone only. Key safe by the back door, code with the family.",
        [
            (
                1,
                "phone",
                (
                    "A long talk. Was a merchant navy wireless operator; knows every port. Cannot see the buttons on the new telephone.",
                    "Visit with a large-button telephone form",
                    6,
                ),
            ),
            (1, "fact", ("leave_message", "Yes, on the landline: plays them back")),
            (
                7,
                "visit",
                (
                    'Filled in the form for the sight-loss telephone. The flat is tidy, the fridge is thin. Would like a visitor "who argues".',
                    "Ask Kettle On",
                    1,
                ),
            ),
            (8, "refer", ("Home befriending",)),
            (8, "refer", ("Shopping minibus",)),
            (
                9,
                "answer",
                (
                    "Shopping minibus",
                    "accepted",
                    "On the list for Thursdays, pick-up 9.40, driver knows about his sight.",
                ),
            ),
            (
                12,
                "answer",
                ("Home befriending", "waiting", "We have a volunteer in training who served in the navy. Four weeks."),
            ),
            (
                30,
                "phone",
                (
                    'Minibus is a success: "the driver lets me choose the apples". Still waiting for the befriender.',
                    "Chase the befriender",
                    10,
                ),
            ),
            (41, "answer", ("Home befriending", "accepted", "Derek will come on Wednesdays at 2.")),
            (
                50,
                "answer",
                ("Home befriending", "started", "First visit. They argued about Valparaíso for an hour and a half."),
            ),
            (52, "phone", ("Delighted. No calls to the surgery for a fortnight.", "Review", 40)),
            (
                92,
                "close",
                (
                    "goals",
                    "connected",
                    "{name} has a weekly befriender and weekly shopping transport. Calls to the practice have fallen.",
                ),
            ),
        ],
    ),
    Story(
        "f",
        "family mental",
        "To meet another mum who is also still in pyjamas at two.",
        "First baby, four months, moved from London in May. Low mood, EPDS 11, health visitor involved.",
        "",
        [
            (
                1,
                "phone",
                (
                    "Baby asleep on her, so we whispered. Knows nobody under seventy here. Would go to a thing if somebody sent a message first.",
                    "Text with two choices",
                    1,
                ),
            ),
            (2, "refer", ("New parents' circle",)),
            (2, "signpost", ("Buggy walk",)),
            (4, "answer", ("New parents' circle", "accepted", "Wednesday at 1. Hannah will text her today.")),
            (9, "answer", ("New parents' circle", "started", "Came, fed the baby, stayed. Two live in her road.")),
            (
                10,
                "phone",
                (
                    '"They all look like me." Has been added to a group chat. Mood still dips at four in the afternoon.',
                    "Ring at the end of the month",
                    20,
                ),
            ),
            (
                30,
                "phone",
                (
                    "Goes every week, walks on Fridays. Health visitor has repeated the score: 6.",
                    "Close with the health visitor's agreement",
                    10,
                ),
            ),
            (
                40,
                "close",
                (
                    "goals",
                    "connected",
                    "{name} has a weekly group and friends nearby; EPDS reported by the health visitor as 6.",
                ),
            ),
        ],
    ),
    Story(
        "m",
        "alcohol housing",
        "A place where nobody drinks on a Friday.",
        "Drinking half a bottle of spirits a day since losing his job. Wants to change; refused the clinic in the past.",
        "Has been angry on the telephone when he has been drinking: ring before noon. Two staff for a first visit.",
        [
            (1, "no_answer", ("No answer at 10.30.", "Ring before noon", 1)),
            (2, "no_answer", ("No answer at 11.", "Ring before noon", 2)),
            (
                4,
                "phone",
                (
                    'Got through. Wary. "Is this the surgery checking up?" Explained what we are. Will meet on the bench by the lido, not at home.',
                    "Meet by the lido with Tom",
                    4,
                ),
            ),
            (
                8,
                "visit",
                (
                    "Met with a colleague. Sober, cold, funny. Friday evenings are the worst.",
                    "Recovery café on Monday",
                    4,
                ),
            ),
            (9, "refer", ("Recovery café",)),
            (10, "answer", ("Recovery café", "accepted", "Just turn up. Ask for Baz, he makes the coffee.")),
            (16, "answer", ("Recovery café", "started", "Came late, stayed late.")),
            (
                17,
                "phone",
                (
                    'Went. "Nobody preached." Will go again. Asked about the Saturday meeting himself.',
                    "Ring on Friday at 5",
                    4,
                ),
            ),
            (21, "no_answer", ("No answer on Friday at 5.", "Ring before noon", 3)),
            (
                24,
                "phone",
                (
                    "Had a bad Friday. Went on Monday all the same. That counts.",
                    "Ring every Friday at 5 for a month",
                    4,
                ),
            ),
        ],
    ),
    Story(
        "m",
        "loneliness food",
        "Proper dinners, and someone to eat them with.",
        "Weight loss of 6 kg after wife died; cannot cook. Bloods normal. Proud.",
        "",
        [
            (
                2,
                "phone",
                ('Polite, brief. "I manage." Warmed up when I asked what she used to cook.', "Visit on Thursday", 4),
            ),
            (
                6,
                "visit",
                (
                    'Tins in the cupboard, her recipe book on the table. Would not go to a lunch club "for old people". Might go where he is needed: used to be a baker.',
                    "Ask the Long Table whether they want a baker",
                    1,
                ),
            ),
            (7, "refer", ("Long Table lunch",)),
            (
                8,
                "answer",
                (
                    "Long Table lunch",
                    "accepted",
                    "A baker! Yes please. Tuesday at 11 in the kitchen, he will be fed at half past twelve.",
                ),
            ),
            (14, "answer", ("Long Table lunch", "started", "Forty rolls. Sat down with everyone.")),
            (15, "phone", ("Tired and pleased. Has been asked back.", "Three week check", 20)),
            (
                36,
                "phone",
                ("Bakes every Tuesday. Gained 2 kg. Signed up for Cook on a budget with his neighbour.", "Close", 10),
            ),
            (
                46,
                "close",
                (
                    "goals",
                    "volunteering",
                    "{name} bakes for and eats at a weekly community lunch, and has regained 2 kg.",
                ),
            ),
        ],
    ),
    Story(
        "f",
        "work loneliness",
        "English good enough to work again as a nurse.",
        "Arrived two years ago, qualified nurse abroad. Husband works nights. Isolated, headaches, no red flags.",
        "",
        [
            (
                1,
                "phone",
                (
                    "With an interpreter on the line for the first ten minutes, then without. Very able.",
                    "Meet at the library",
                    5,
                ),
            ),
            (
                6,
                "visit",
                (
                    "We looked at the registration steps together. Needs the language test and someone to talk to.",
                    "Send to Welcome Worthing",
                    0,
                ),
            ),
            (6, "refer", ("English conversation",)),
            (6, "signpost", ("Job club",)),
            (8, "answer", ("English conversation", "accepted", "Tuesday at 1, ask for Wafa.")),
            (15, "answer", ("English conversation", "started", "Came with a cake. Took home three telephone numbers.")),
            (
                16,
                "phone",
                ("Headaches better. Husband came to the supper on Friday too.", "Ask how the test booking goes", 30),
            ),
            (48, "phone", ("Test booked for March. Volunteers on the reception desk at the library.", "Close", 7)),
            (
                55,
                "close",
                (
                    "goals",
                    "connected",
                    "{name} attends English conversation weekly, volunteers and has booked the language test.",
                ),
            ),
        ],
    ),
    Story(
        "m",
        "health mental",
        "To breathe without being afraid.",
        "COPD, two admissions this year, panics when breathless. Pulmonary rehabilitation finished in August.",
        "Oxygen at home: no smoking in the flat.",
        [
            (
                2,
                "phone",
                (
                    "Spoke in short sentences, with rests. Used to sing in clubs. Has not sung since the first admission.",
                    "Send details of singing for breathing",
                    1,
                ),
            ),
            (3, "refer", ("Singing for breathing",)),
            (3, "refer", ("Lifts to appointments",)),
            (
                5,
                "answer",
                (
                    "Singing for breathing",
                    "accepted",
                    "Monday at 11. The nurse has his oxygen details and would like the consultant's letter if there is one.",
                ),
            ),
            (6, "answer", ("Lifts to appointments", "accepted", "We can bring him each Monday; two weeks' trial.")),
            (
                14,
                "answer",
                ("Singing for breathing", "started", "Sang two verses of Moon River sitting down. Room went quiet."),
            ),
            (15, "phone", ('"I forgot I was ill for six minutes."', "Ring in a month", 30)),
            (45, "phone", ("Every Monday but one. Fewer night-time calls to 111, by his own count.", "Review", 30)),
        ],
    ),
    Story(
        "f",
        "bereavement family",
        "Someone for the children to talk to who is not me.",
        "Partner died suddenly in September; two children at primary school. Coping, exhausted.",
        "",
        [
            (
                1,
                "phone",
                (
                    "She wanted to talk about the children and not about herself. We did both. School knows.",
                    "Find children's bereavement support",
                    2,
                ),
            ),
            (
                3,
                "note",
                (
                    "Spoke to the school's family worker with her agreement: a lunchtime group starts after half-term.",
                    "Tell her",
                    0,
                ),
            ),
            (
                3,
                "phone",
                (
                    "Told her about the school group. Relieved. Does not want a group herself yet; might walk.",
                    "Send walk details",
                    0,
                ),
            ),
            (4, "signpost", ("Walking through grief",)),
            (4, "refer", ("One-to-one bereavement friend",)),
            (9, "answer", ("One-to-one bereavement friend", "accepted", "Angela will ring her this week, evenings.")),
            (
                25,
                "phone",
                ('Angela is "the first person who has not told me I am strong".', "Ring before Christmas", 25),
            ),
        ],
    ),
]
