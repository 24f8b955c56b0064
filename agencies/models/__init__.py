from agencies.models.agency import Agency, AgencyKind
from agencies.models.backup import Backup, Drill
from agencies.models.breach import Breach, BreachStep
from agencies.models.complaint import Complaint, ComplaintMove
from agencies.models.data_agreement import DataAgreement
from agencies.models.draft import Draft
from agencies.models.export import Export
from agencies.models.identity_provider import ClientAuthentication, IdentityProvider, StepClaim
from agencies.models.known_browser import KnownBrowser
from agencies.models.membership import Author, Hand, Invitation, Membership, Signed
from agencies.models.message import Message
from agencies.models.period import Period
from agencies.models.retention import RetentionReview
from agencies.models.user import User
