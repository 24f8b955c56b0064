from cases.models.agreement import Agreement
from cases.models.booking import CaseBooking
from cases.models.case import Case, CaseReferral, Circle, ClosingReason, Outcome, Reading, Restriction
from cases.models.emergency import EmergencyOpening
from cases.models.entry import Audience, Entry, Kind
from cases.models.erasure import ErasureCertificate
from cases.models.hold import Hold
from cases.models.news import News
from cases.models.person import Person
from cases.models.person_link import PersonLink
from cases.models.question import TeamQuestion
from cases.models.rights import RightsMove, RightsRequest
from cases.models.root import Root, RootHead, RootReceiver
from cases.models.subject_access import Redaction, Release, ReleaseDownload
