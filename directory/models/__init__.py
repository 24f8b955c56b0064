from directory.models.edition import Edition, OpenFile, OpenPart
from directory.models.index import Cell, Spot, Word
from directory.models.place import Accessibility, BaseMap, Location, Place, Postcode, ServiceAtLocation
from directory.models.review import Claim, Decision, Proposal, ReportReason
from directory.models.search import Collection, CollectionItem, Danger, Figure, LostSearch, Slip, StopWord, Synonym
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

__all__ = [
    "LISTED",
    "Accessibility",
    "BaseMap",
    "Capacity",
    "Cell",
    "Claim",
    "Collection",
    "CollectionItem",
    "Contact",
    "CostOption",
    "Danger",
    "Decision",
    "Document",
    "Edition",
    "Figure",
    "Language",
    "Likeness",
    "Location",
    "LostSearch",
    "NeedCorrection",
    "OpenFile",
    "OpenPart",
    "Place",
    "Postcode",
    "Proposal",
    "ReportReason",
    "Run",
    "RunChange",
    "Schedule",
    "SchoolTerm",
    "Service",
    "ServiceAlias",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceTerm",
    "Session",
    "Slip",
    "Source",
    "Spot",
    "Status",
    "StopWord",
    "Synonym",
    "Taxonomy",
    "TaxonomyTerm",
    "Version",
    "Word",
]
