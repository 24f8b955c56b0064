"""Made-up cases in any number, in SQL, and histories of any length with a chain that verifies."""

import datetime

from django.db import connection, transaction
from django.utils import timezone

from agencies.models import Agency, Author, Membership, Signed, User
from cases.history.record import entry_metadata, hash_chain, hash_content
from cases.models import Audience, Case, Circle, Entry, Kind, Person

EACH = 250  # cases of one connector
TEAMS = 20
TEXTS = [
    "Rang at ten as agreed. Answered at once and had the kettle on; we talked for half an hour about the garden.",
    "Walked to the hall together and stayed for the tea. Knows two of the others from the library.",
    "No answer. Left a message with our number, as agreed.",
]
KINDS = [Kind.PHONE, Kind.VISIT, Kind.NO_ANSWER]

PEOPLE = """
INSERT INTO cases_person (id, agency_id, name, preferred_name, date_of_birth, nhs_number, phone, email, address,
    postcode, contact_by, contact_avoid, best_time, leave_message, created_at, version)
SELECT md5('person' || i)::uuid, (%(teams)s::uuid[])[1 + (i / %(each)s) %% %(many)s],
    'Joan Whitfield ' || i, '', date '1930-01-01' + i %% 20000, '', '07700 900123', '', '', 'BN11 2AA', 'phone', '',
    '', '', now(), 1
FROM generate_series(%(first)s::int, %(last)s::int) i
"""
CASES = """
INSERT INTO cases_case (id, person_id, agency_id, lead_id, opened_at, what_matters, safety_note, first_contact_due,
    first_contact_at, last_entry_at, next_action, next_action_on, closing_summary, entry_count, chain, version)
SELECT md5('case' || i)::uuid, md5('person' || i)::uuid, (%(teams)s::uuid[])[1 + (i / %(each)s) %% %(many)s],
    (%(leads)s::uuid[])[1 + i / %(each)s], now() - interval '40 days', 'The choir', '', current_date - 35,
    CASE WHEN i %% 10 > 0 THEN now() - interval '35 days' END, now() - (i %% 30) * interval '1 day',
    'Ring', current_date + i %% 40 - 10, '', 0, '', 1
FROM generate_series(%(first)s::int, %(last)s::int) i
"""
CIRCLES = """
INSERT INTO cases_circle (id, case_id, agency_id, purpose, started_at)
SELECT md5('circle' || id)::uuid, id, agency_id, 'Works with the person', opened_at
FROM cases_case c WHERE NOT EXISTS (SELECT FROM cases_circle WHERE case_id = c.id)
"""


class Casework:
    """Cases of connectors who have EACH of them; the first connector is the one whose pages are measured."""

    def __init__(self) -> None:
        self.made = 0
        self.teams = [Agency.objects.create(name=f"Team {n}", kind="connectors") for n in range(TEAMS)]
        self.leads: list[Membership] = []
        self._hire(1)

    @property
    def connector(self) -> Membership:
        return self.leads[0]

    def _hire(self, many: int) -> None:
        """Until there are that many connectors."""
        numbers = range(len(self.leads), many)
        users = [User(email=f"bench{n}@work.example.org", name=f"Robin {n}", password="!") for n in numbers]
        User.objects.bulk_create(users)
        members = [
            Membership(user=user, agency=self.teams[n % TEAMS], role="connector")
            for n, user in zip(numbers, users, strict=True)
        ]
        self.leads += Membership.objects.bulk_create(members)

    @transaction.atomic
    def fill(self, many: int) -> None:
        """Until there are that many cases."""
        self._hire(1 + many // EACH)
        values = {
            "first": self.made,
            "last": many - 1,
            "each": EACH,
            "many": TEAMS,
            "teams": [team.pk for team in self.teams],
            "leads": [lead.pk for lead in self.leads],
        }
        with connection.cursor() as cursor:
            for statement in (PEOPLE, CASES, CIRCLES):
                cursor.execute(statement, values)
            cursor.execute("ANALYZE cases_person, cases_case, cases_circle")
        self.made = many

    def case_with(self, entries: int) -> Case:
        """One more case of the measured connector, with a history of that length."""
        person = Person.objects.create(agency=self.connector.agency, name=f"Elsie Long {entries}", postcode="BN11 2AA")
        case = Case.objects.create(
            person=person, agency=self.connector.agency, lead=self.connector, first_contact_due=timezone.localdate()
        )
        Circle.objects.create(case=case, agency=case.agency, purpose="Works with the person")
        write(case, self.connector, entries)
        return case


@transaction.atomic
def write(case: Case, member: Membership, many: int) -> None:
    """A history of `many` entries for a case that has none."""
    fields, chain = Entry._meta.concrete_fields, ""
    began = timezone.now() - datetime.timedelta(hours=many)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_entry NO FORCE ROW LEVEL SECURITY")  # COPY knows no policies
        names = ", ".join(f'"{field.column}"' for field in fields)
        with cursor.copy(f"COPY cases_entry ({names}) FROM STDIN") as copy:
            for number in range(1, many + 1):
                entry = made(case, member, number, began + datetime.timedelta(hours=number), chain)
                chain = entry.chain
                copy.write_row([field.get_db_prep_save(getattr(entry, field.attname), connection) for field in fields])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_entry FORCE ROW LEVEL SECURITY")
    case.entry_count, case.chain = many, chain
    case.save(update_fields=["entry_count", "chain"])


def made(case: Case, member: Membership, number: int, at: datetime.datetime, chain: str) -> Entry:
    text, signature = TEXTS[number % len(TEXTS)], Signed.signature(Author.of(member))
    entry = Entry(
        case=case,
        number=number,
        kind=KINDS[number % len(KINDS)],
        happened_at=at,
        written_at=at,
        text=text,
        audience=Audience.CIRCLE,
        digest=hash_content(text, {}),
        **signature,
    )
    entry.chain = hash_chain(chain, entry_metadata(entry), entry.digest)
    return entry
