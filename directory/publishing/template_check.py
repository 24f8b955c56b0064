"""What an example filled in and nobody of the group has looked at: read from the versions that were kept.

A section counts as looked at once it was saved, changed or not: either leaves a version that names it.
"""

from directory.models import Service, Version
from directory.publishing.sections import SECTIONS, Section

BEGUN_FROM_EXAMPLE = "Begun from an example"


def changed_words(section: Section) -> str:
    """What a version says that changed it."""
    return f"{section.label}: changed"


def checked_words(section: Section) -> str:
    """What a version says that was kept because somebody saved the section as it was."""
    return f"{section.label}: checked"


def find_unchecked_sections(service: Service) -> list[Section]:
    """The sections of a draft that still say what its example does, as far as anybody of the group has said.

    Two queries for a draft, one of them only where it was begun from an example; none for what is published.
    """
    if service.published_at is not None:
        return []
    begun = Version.objects.filter(service=service, what=BEGUN_FROM_EXAMPLE).first()
    if begun is None:
        return []
    said = set(Version.objects.filter(service=service).values_list("what", flat=True))
    filled = [section for section in SECTIONS.values() if section.name != "asked" and section.is_complete(begun.data)]
    return [section for section in filled if not said & {changed_words(section), checked_words(section)}]
