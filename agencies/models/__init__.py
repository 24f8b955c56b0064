from agencies.models.agency import Agency, AgencyKind
from agencies.models.draft import Draft
from agencies.models.export import Export
from agencies.models.membership import Author, Hand, Invitation, Membership, Signed
from agencies.models.message import Message
from agencies.models.user import User
