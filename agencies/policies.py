"""Which of this app's rows the web's login sees (config.row_security)."""

from agencies.models import (
    Agency,
    Backup,
    Breach,
    BreachStep,
    Complaint,
    ComplaintMove,
    DataAgreement,
    Draft,
    Drill,
    Export,
    IdentityProvider,
    Invitation,
    Membership,
    Message,
    RetentionReview,
)
from config.row_security import define_function, leave_open, protect

leave_open("Read before anybody is known: who works where, and who is asked to", Agency, Membership, Invitation)
# On the page of sign-in. The operator connects one, from the command line: no page can add an issuer that is trusted.
protect(IdentityProvider, see="true", change="true")
protect(IdentityProvider.agencies.through, see="true", add="{user} IS NOT NULL", remove="{user} IS NOT NULL")
own = "EXISTS (SELECT FROM agencies_membership m WHERE m.id = member_id AND m.user_id = {user})"
own_or_of_team = (  # whoever runs the team hands over what somebody leaves behind
    "EXISTS (SELECT FROM agencies_membership m WHERE m.id = member_id"
    " AND (m.user_id = {user} OR m.agency_id = {manages}))"
)
protect(
    Export, see="member_id = {member} OR agency_id = {manages}", add="member_id = {member} AND agency_id = {agency}"
)
protect(Draft, see=own_or_of_team, add=own, change=own_or_of_team, remove=own_or_of_team)
# Whether words wait under that number, whoever's: for the page that who signs in after them is sent to.
define_function("""
CREATE OR REPLACE FUNCTION is_unsent_kept(asked bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM agencies_draft WHERE id = asked AND action <> '')
$$
""")
# Written by whoever does something that others must hear of; read by the agency in whose name it is said.
protect(Message, see="agency_id = {agency}", add="true", change="agency_id = {agency}", remove="agency_id = {agency}")
for rows in (Backup, Drill):  # written by who runs the server: no request says that all is well
    protect(rows, see="{manages} IS NOT NULL")

# The registers: who keeps them is who runs a team ({manages}); the steward sees all breaches.
kept = "agency_id = {manages} OR {stewards} IS NOT NULL"
protect(
    Breach,
    see=f"written_by_id = {{member}} OR {kept}",
    add="agency_id = {agency} AND written_by_id = {member}",
    change=kept,
)
of_one_seen = "EXISTS (SELECT FROM agencies_breach b WHERE b.id = breach_id)"
protect(BreachStep, see=of_one_seen, add=of_one_seen)
# Anybody complains, with an account or without; whoever makes or moves one sees it until the end of the deed.
seen = (
    "id = {complaint} OR kept_by_id = {manages} AND (about_id IS NULL OR NOT EXISTS"
    " (SELECT FROM agencies_membership m WHERE m.id = about_id AND m.user_id = {user}))"
)
protect(Complaint, see=seen, add="id = {complaint}", change=seen)
of_one_seen = "EXISTS (SELECT FROM agencies_complaint c WHERE c.id = complaint_id)"
protect(ComplaintMove, see=of_one_seen, add=of_one_seen)
protect(RetentionReview, see="agency_id = {manages}", change="agency_id = {manages}")
# Everybody reads on the privacy page which contracts there are.
steward = "{stewards} IS NOT NULL"
protect(DataAgreement, see="true", add=steward, change=steward)
protect(DataAgreement.parties.through, see="true", add=steward, remove=steward)
