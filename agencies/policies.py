"""Which of this app's rows the web's login sees (config.row_security)."""

from agencies.models import Agency, Backup, Draft, Drill, IdentityProvider, Invitation, Membership, Message
from config.row_security import leave_open, protect

leave_open("Read before anybody is known: who works where, and who is asked to", Agency, Membership, Invitation)
# On the page of sign-in. The operator connects one, from the command line: no page can add an issuer that is trusted.
protect(IdentityProvider, see="true", change="true")
protect(IdentityProvider.agencies.through, see="true", add="{user} IS NOT NULL", remove="{user} IS NOT NULL")
own = "EXISTS (SELECT FROM agencies_membership m WHERE m.id = member_id AND m.user_id = {user})"
own_or_of_team = (  # whoever runs the team hands over what somebody leaves behind
    "EXISTS (SELECT FROM agencies_membership m WHERE m.id = member_id"
    " AND (m.user_id = {user} OR m.agency_id = {manages}))"
)
protect(Draft, see=own_or_of_team, add=own, change=own_or_of_team, remove=own_or_of_team)
# Written by whoever does something that others must hear of; read by the agency in whose name it is said.
protect(Message, see="agency_id = {agency}", add="true", change="agency_id = {agency}", remove="agency_id = {agency}")
for rows in (Backup, Drill):  # written by who runs the server: no request says that all is well
    protect(rows, see="{manages} IS NOT NULL")
