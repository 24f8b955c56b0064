from directory.models.edition import Edition, OpenFile, OpenPart
from directory.models.index import Cell, Spot, Word
from directory.models.place import Accessibility, BaseMap, Location, Place, Postcode, ServiceAtLocation
from directory.models.review import Claim, Decision, Proposal, ReportReason
from directory.models.search import (
    Collection,
    CollectionItem,
    Danger,
    DangerWords,
    Figure,
    LostSearch,
    Slip,
    StopWord,
    Synonym,
)
from directory.models.service import (
    LISTED,
    Capacity,
    Contact,
    CostOption,
    Language,
    NeedCorrection,
    Service,
    ServiceArea,
    ServiceTerm,
    Status,
)
from directory.models.session import Schedule, SchoolTerm, Session
from directory.models.source import Document, Likeness, Run, RunChange, ServiceAlias, Source
from directory.models.taxonomy import Taxonomy, TaxonomyTerm
from directory.models.version import Version
