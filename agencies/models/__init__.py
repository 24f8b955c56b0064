from agencies.models.agency import Agency, AgencyKind
from agencies.models.breach import Breach, BreachStep
from agencies.models.complaint import Complaint, ComplaintMove
from agencies.models.data_agreement import DataAgreement
from agencies.models.draft import Draft
from agencies.models.membership import Author, Hand, Invitation, Membership, Signed
from agencies.models.message import Message
from agencies.models.period import Period
from agencies.models.retention import RetentionReview
from agencies.models.user import User
