from directory.models.index import Cell, Spot, Word
from directory.models.place import Accessibility, Location, Place, Postcode, ServiceAtLocation
from directory.models.service import (
    Contact,
    CostOption,
    Language,
    Service,
    ServiceArea,
    ServiceTerm,
    Status,
)
from directory.models.session import Schedule
from directory.models.taxonomy import Taxonomy, TaxonomyTerm

__all__ = [
    "Accessibility",
    "Cell",
    "Contact",
    "CostOption",
    "Language",
    "Location",
    "Place",
    "Postcode",
    "Schedule",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceTerm",
    "Spot",
    "Status",
    "Taxonomy",
    "TaxonomyTerm",
    "Word",
]
