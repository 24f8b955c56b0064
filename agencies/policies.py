"""Which of this app's rows the web's login sees (config.row_security)."""

from agencies.models import Agency, Draft, Export, Invitation, Membership, Message
from config.row_security import leave_open, protect

leave_open("Read before anybody is known: who works where, and who is asked to", Agency, Membership, Invitation)
protect(
    Draft,
    see="EXISTS (SELECT FROM agencies_membership m WHERE m.id = member_id"
    " AND (m.user_id = {user} OR m.agency_id = {manages}))",
    add="EXISTS (SELECT FROM agencies_membership m WHERE m.id = member_id AND m.user_id = {user})",
    change="EXISTS (SELECT FROM agencies_membership m WHERE m.id = member_id AND m.user_id = {user})",
    remove="EXISTS (SELECT FROM agencies_membership m WHERE m.id = member_id"
    " AND (m.user_id = {user} OR m.agency_id = {manages}))",
)
protect(
    Export, see="member_id = {member} OR agency_id = {manages}", add="member_id = {member} AND agency_id = {agency}"
)
# Written by whoever does something that others must hear of; read by the agency in whose name it is said.
protect(Message, see="agency_id = {agency}", add="true", change="agency_id = {agency}", remove="agency_id = {agency}")
