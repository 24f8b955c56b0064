"""Which of this app's rows the web's login sees (config.row_security).

`viewers` of a case are the agencies of its circle today, `named` the members who have a seat of their own in a
restricted one: columns that a trigger keeps (migration 0021), since a policy of the circle that read the circle would
never end.
"""

from agencies.access import LAYERS_OF_PURPOSE
from agencies.models import Message
from bookings.models import Booking
from cases.models import (
    Agreement,
    Case,
    CaseBooking,
    CaseReferral,
    Circle,
    EmergencyOpening,
    Entry,
    ErasureCertificate,
    Hold,
    News,
    Person,
    PersonLink,
    Reading,
    Redaction,
    Release,
    ReleaseDownload,
    RightsMove,
    RightsRequest,
    Root,
    RootHead,
    RootReceiver,
    TeamQuestion,
)
from config.row_security import also_see, define_function, protect
from referrals.models import Referral

OF_ONE_SEEN = "EXISTS (SELECT FROM cases_case k WHERE k.id = case_id)"

# Of a restricted case the team's members see what they are named in, or have opened in an emergency.
opened = (
    "EXISTS (SELECT FROM cases_emergencyopening e WHERE e.case_id = cases_case.id"
    " AND e.member_id = {member} AND e.until > statement_timestamp())"
)
# The circle does not see what is kept and not used; a deed that leads to the case (a group's answer) still does.
seen = (
    "({team} = ANY(viewers) AND (processing_restricted_at IS NULL OR agency_id = {team})) OR id = {case}"
    f" OR (agency_id = {{team}} AND (restriction = '' OR {{member}} = ANY(named) OR {opened}))"
)
of_lead = "member_id = {member} OR agency_id = {restricts}"
protect(EmergencyOpening, see=of_lead, add="member_id = {member} AND agency_id = {team}", change=of_lead)
protect(Case, see=seen, add="agency_id = {team}", change=seen)
of_team = (
    "(agency_id = {team} AND NOT hidden) OR id = {person}"
    " OR EXISTS (SELECT FROM cases_case k WHERE k.person_id = cases_person.id)"
)
protect(Person, see=of_team, add="agency_id = {team}", change=of_team)
# Whoever helps sees the layers that its purpose needs: the table of agencies/access.py, in SQL.
layers_of = {purpose: "', '".join(sorted(layers)) for purpose, layers in LAYERS_OF_PURPOSE.items()}
needed = " OR ".join(f"c.purpose_kind = '{purpose}' AND layer IN ('{layers}')" for purpose, layers in layers_of.items())
own_or_shared = (
    "EXISTS (SELECT FROM cases_case k WHERE k.id = case_id AND (k.agency_id = {team} OR k.id = {case}"  # noqa: S608
    " OR (audience <> 'team' AND EXISTS (SELECT FROM cases_circle c WHERE c.case_id = k.id"
    f" AND c.agency_id = {{team}} AND c.ended_at IS NULL AND ({needed})))))"
)
protect(Entry, see=own_or_shared, add=OF_ONE_SEEN)
protect(Reading, see=OF_ONE_SEEN, add=f"member_id = {{member}} AND {OF_ONE_SEEN}")
for rows in (Circle, Agreement, CaseReferral, CaseBooking):
    protect(rows, see=OF_ONE_SEEN, add=OF_ONE_SEEN, change=OF_ONE_SEEN)
# A hold goes with the record, also to another team. That there is one, whoever may touch the record sees.
of_record = "EXISTS (SELECT FROM cases_person p WHERE p.id = person_id AND p.agency_id = {team})"
of_keeper = f"{{team}} = {{manages}} AND {of_record}"
protect(Hold, see=of_record, add=of_keeper, change=of_keeper)
of_one_of_them = "EXISTS (SELECT FROM cases_person p WHERE p.id IN (first_id, second_id))"
protect(PersonLink, see=of_one_of_them, add=of_one_of_them, change=of_one_of_them)
of_either = "EXISTS (SELECT FROM cases_case k WHERE k.id IN (case_id, about_case_id))"
protect(TeamQuestion, see=of_either, add=of_either, change=of_either)
told = f"{OF_ONE_SEEN} OR EXISTS (SELECT FROM referrals_referral r WHERE r.id = referral_id)"
mine = "agency_id = {agency} OR agency_id = {team}"
known = f"({mine}) AND ({told})"
protect(News, see=known, add=f"{mine} OR {told}", change=known)
also_see(Referral, "EXISTS (SELECT FROM cases_casereferral l WHERE l.referral_id = referrals_referral.id)")
also_see(Booking, "EXISTS (SELECT FROM cases_casebooking l WHERE l.booking_id = referrals_booking.id)")

# What is asked about records: noted by whoever works with the case, answered by whoever runs the team. A job asks the
# others, and erases.
ours = (  # who asked, and where the answer goes, is as restricted as the person
    "(agency_id = {manages} OR agency_id = {team})"
    " AND (person_id IS NULL OR EXISTS (SELECT FROM cases_person p WHERE p.id = person_id))"
)
protect(RightsRequest, see=ours, add=ours, change=ours)
of_request = "EXISTS (SELECT FROM cases_rightsrequest q WHERE q.id = request_id)"
protect(RightsMove, see=of_request, add=of_request)
kept = f"agency_id = {{manages}} AND {of_request}"
protect(Redaction, see=kept, add=kept, remove=kept)
protect(Release, see=kept, add=kept)
of_release = "agency_id = {manages} AND EXISTS (SELECT FROM cases_release l WHERE l.id = release_id)"
protect(ReleaseDownload, see=of_release, add=of_release)
protect(ErasureCertificate, see="agency_id = {manages}")

also_see(
    Message,
    "CASE WHEN key LIKE 'person %' THEN EXISTS ("
    "SELECT FROM cases_case k WHERE k.id = split_part(key, ' ', 2)::uuid AND k.agency_id = {team}) END",
)

# How many cases the team has of a person: whoever answers for its records must know that they do not see all of them.
define_function("""
CREATE OR REPLACE FUNCTION count_cases_of(asked uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) FROM cases_case k
    WHERE k.person_id = asked AND k.agency_id = nullif(current_setting('app.manages', true), '')::uuid
$$
""")

# --- Deeds across agencies: each says which case may be written to, once it has seen that the caller may ask ---------

define_function("""
CREATE OR REPLACE FUNCTION case_of_referral(asked uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.case_id FROM cases_casereferral l JOIN referrals_referral r ON r.id = l.referral_id
    WHERE r.id = asked AND (
        r.to_agency_id = nullif(current_setting('app.receives', true), '')::uuid
        OR r.from_agency_id = nullif(current_setting('app.sends', true), '')::uuid
        OR r.id = ANY(nullif(current_setting('app.referral', true), '')::uuid[])
    )
$$
""")
define_function("""
CREATE OR REPLACE FUNCTION case_of_booking(asked uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.case_id FROM cases_casebooking l JOIN referrals_booking b ON b.id = l.booking_id
    WHERE b.id = asked AND b.session_id = ANY(nullif(current_setting('app.session', true), '')::uuid[])
$$
""")
# To which cases a key fact that has changed in this one is offered: person_link.py.
define_function("""
CREATE OR REPLACE FUNCTION linked_cases(asked uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT theirs.id
    FROM cases_case ours
    JOIN cases_personlink l ON ours.person_id IN (l.first_id, l.second_id) AND l.ended_at IS NULL
    JOIN cases_case theirs ON theirs.person_id IN (l.first_id, l.second_id) AND theirs.person_id <> ours.person_id
        AND theirs.closed_at IS NULL AND theirs.agency_id = ANY(ours.viewers)
    WHERE ours.id = asked AND ours.agency_id = nullif(current_setting('app.team', true), '')::uuid
    ORDER BY theirs.id
$$
""")
# Of whom another team may work with: what tells one person from another, for the comparison alone (person_match.py).
# Whom it shows hangs on the referral alone: who was sent one can ask of nobody else. Days and slips are those of
# referrals/same_person.py (`born_alike`), the years those of config.births.GUESSED_YEARS.
define_function("""
CREATE OR REPLACE FUNCTION people_elsewhere(asked uuid)
RETURNS TABLE (case_id uuid, name text, date_of_birth date, birth_precision text, nhs_number text, postcode text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.id, p.name, p.date_of_birth, p.birth_precision, p.nhs_number, p.postcode
    FROM referrals_referral r
    CROSS JOIN LATERAL (
        SELECT extract(year FROM r.date_of_birth)::int, extract(month FROM r.date_of_birth)::int,
            extract(day FROM r.date_of_birth)::int
    ) given (y, m, d)
    CROSS JOIN LATERAL (
        SELECT CASE r.birth_precision WHEN 'day' THEN r.date_of_birth
                WHEN 'month' THEN date_trunc('month', r.date_of_birth)::date
                WHEN 'year' THEN make_date(y, 1, 1) ELSE make_date(y - 3, 1, 1) END,
            CASE r.birth_precision WHEN 'day' THEN r.date_of_birth
                WHEN 'month' THEN (date_trunc('month', r.date_of_birth) + interval '1 month - 1 day')::date
                WHEN 'year' THEN make_date(y, 12, 31) ELSE make_date(y + 3, 12, 31) END
    ) span (low, high)
    JOIN cases_person p ON p.agency_id <> r.to_agency_id AND NOT p.hidden
    CROSS JOIN LATERAL (
        SELECT extract(year FROM p.date_of_birth)::int, extract(month FROM p.date_of_birth)::int,
            extract(day FROM p.date_of_birth)::int
    ) known (y, m, d)
    JOIN cases_case k ON k.person_id = p.id AND k.closed_at IS NULL
    WHERE r.id = asked AND r.to_agency_id = nullif(current_setting('app.receives', true), '')::uuid AND (
        (r.nhs_number <> '' AND p.nhs_number = r.nhs_number)
        OR p.date_of_birth BETWEEN low AND high
        OR (p.birth_precision <> 'day' AND p.date_of_birth BETWEEN low - 366 * 4 AND high + 366 * 4)
        OR (r.birth_precision = 'day' AND (
            (known.y = given.y AND known.m = given.d AND known.d = given.m)
            OR (known.m = given.m AND known.d = given.d AND (
                abs(known.y - given.y) IN (1, 10)
                OR known.y = given.y / 100 * 100 + given.y % 10 * 10 + given.y % 100 / 10
            ))
            OR (known.y = given.y AND known.m = given.m AND abs(known.d - given.d) IN (1, 10))
            OR (known.y = given.y AND known.d = given.d AND abs(known.m - given.m) = 1)
        ))
    )
    ORDER BY k.id LIMIT 50
$$
""")

# --- Restricted cases: that there is one, and never what is in it ----------------------------------------------------

define_function("""
CREATE OR REPLACE FUNCTION restricted_cases() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM cases_case
    WHERE restriction <> '' AND agency_id = nullif(current_setting('app.restricts', true), '')::uuid
$$
""")
# Whom a worker of the team means who opens one in an emergency: by all of a number, a reference or a date of birth.
define_function("""
CREATE OR REPLACE FUNCTION find_restricted(number text, reference text, born date)
RETURNS TABLE (case_id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.id, p.name FROM cases_case k JOIN cases_person p ON p.id = k.person_id
    WHERE k.restriction <> '' AND k.agency_id = nullif(current_setting('app.team', true), '')::uuid AND (
        (number <> '' AND p.nhs_number = number)
        OR (length(reference) = 8 AND upper(left(k.id::text, 8)) = reference)
        OR p.date_of_birth = born
    )
    ORDER BY k.closed_at NULLS FIRST, k.opened_at DESC, k.id
$$
""")
# Which openings the person must not read of yet, for whoever sees the case and prints its log for them.
define_function("""
CREATE OR REPLACE FUNCTION sealed_openings(asked uuid, since timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM cases_emergencyopening
    WHERE case_id = asked AND safeguarding <> '' AND reviewed_at IS NULL AND at > since
$$
""")

its = "agency_id = {manages}"
protect(RootReceiver, see="{manages} IS NOT NULL", add=its, change=its)
also_see(Message, "key LIKE 'root %' AND {manages} IS NOT NULL")  # whether the nightly proof arrived, for the steward
protect(Root, see="{manages} IS NOT NULL")  # made by a job alone: a request that wrote one would make two of a night
protect(RootHead, see="false")  # what a root was made of: for the jobs and for ops
