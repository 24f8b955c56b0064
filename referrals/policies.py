"""Which of this app's rows the web's login sees (config.row_security)."""

from agencies.models import Message
from config.row_security import also_see, define_function, protect
from referrals.models import Answer, AnswerLink, LookUp, Move, Referral, ReferralReading, Remark

OF_ONE_SEEN = "EXISTS (SELECT FROM referrals_referral r WHERE r.id = referral_id)"

# Each side until it has erased its own, and whoever was asked until the person takes it back. `hidden_from`: the
# agencies to which a restricted case hides it (a column that a trigger keeps, cases/0021); who is named in that case
# sees it by way of the case.
seen = (
    "(to_agency_id = {receives} AND receiver_erased_at IS NULL AND withheld_at IS NULL"
    " AND NOT to_agency_id = ANY(hidden_from))"
    " OR (from_agency_id = {sends} AND sender_erased_at IS NULL AND NOT from_agency_id = ANY(hidden_from))"
    " OR id = {referral}"
)
protect(Referral, see=seen, add="from_agency_id = {sends}", change=seen)
for rows in (Remark, Answer):
    protect(rows, see=OF_ONE_SEEN, add=OF_ONE_SEEN)
protect(ReferralReading, see=OF_ONE_SEEN, add=f"member_id = {{member}} AND {OF_ONE_SEEN}")
passed_on = "written_for_id = {agency} AND to_agency_id IS NOT NULL"  # all that is still seen of what was given away
protect(Move, see=f"({passed_on}) OR {OF_ONE_SEEN}", add=OF_ONE_SEEN)
protect(Referral.needs.through, see=OF_ONE_SEEN, add=OF_ONE_SEEN, remove=OF_ONE_SEEN)
by_link = f"token_hash = {{link}} OR {OF_ONE_SEEN}"
protect(AnswerLink, see=by_link, add=OF_ONE_SEEN, change=by_link)
protect(
    LookUp, see="member_id = {member} OR agency_id = {manages}", add="member_id = {member} AND agency_id = {agency}"
)
also_see(Message, "CASE WHEN key LIKE 'alert %' THEN split_part(key, ' ', 2)::uuid END = {alert}")

# Whether another agency has an open referral for the person of exactly that number and birthday: the names are compared
# and never shown (Referral.is_open_elsewhere). What a restricted case hides is not there. Each asking is a look-up.
define_function("""
CREATE OR REPLACE FUNCTION names_referred_elsewhere(number text, born date, open_statuses text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.person_name FROM referrals_referral r
    WHERE r.nhs_number = number AND number <> '' AND r.date_of_birth = born AND r.birth_precision = 'day'
        AND r.service_id IS NULL AND r.status = ANY(open_statuses) AND r.hidden_from = '{}'
        AND r.from_agency_id <> nullif(current_setting('app.sends', true), '')::uuid
        AND r.to_agency_id <> nullif(current_setting('app.sends', true), '')::uuid
$$
""")
