"""What a search made of the words somebody typed, for the steward who tunes them."""

from directory.search.query import SearchResult


def explain_words(typed: str, found: SearchResult) -> list[tuple[str, str]]:
    """(word, what became of it) in the order they were typed; words taken as they stand are not named."""
    fates = [(word, f"is looked for as {used}") for word, used in found.corrected]
    fates += [(word, f"also looks for {means}") for word, means in found.also]
    fates += [(word, "is left out") for word in found.left_out]
    fates += [(one.typed, f"is read as a filter: {one.label}") for one in found.understood]
    fates += [(danger.name, "is taken for danger: whom to ring stands first") for danger in found.dangers]
    order = typed.lower()
    return sorted(fates, key=lambda fate: order.find(fate[0].lower()))
