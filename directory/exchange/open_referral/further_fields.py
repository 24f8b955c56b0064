"""What a resident needs of fields that have no column here: said in the words of a field that is shown.

Fields of HSDS that the profile of the United Kingdom leaves out, and those of Outpost and Connected Places. What
nobody needs (funding, tax numbers, codes) stays unused, and is named in the table that an import ends with.
"""

import re
from typing import Any

from directory.exchange.field_use import mark_used
from directory.exchange.open_referral.objects import Object, list_any, list_objects, list_words, rename_fields, says_yes

DESCRIPTION, JOINING = "Activity: description", "How to join"
LINK_LISTS = ("links", "additional_urls", "additional_websites", "social_medias")
LINK_FIELDS = ("facebook", "twitter", "instagram", "booking_url", "fees_url", "referral_url", "same_as")
SOCIAL_MEDIA = "social_medias_"  # a column of a table of Connected Places
GROUP_LISTS = ("suitabilities", "send_needs")
AGE_BAND = re.compile(r"age_band_(?:(under)_)?([0-9]{1,2})(?:_([0-9]{1,2}|plus))?")


def say_further_fields(out: Object) -> None:
    """All of it, in `out`: a service under the names of the standard."""
    say_other_names(out)
    _say_links(out)
    _add_words(out, "description", _find_infos(out), DESCRIPTION)
    interpreters = out.get("interpretation_services")
    _add_words(out, "description", [(f"Interpreters: {interpreters}", interpreters)], DESCRIPTION)
    _say_how_to_join(out)
    _say_groups(out)
    _find_ages(out)
    _say_costs(out)
    _add_words(
        out, "accreditations", [(f"{out.get('licenses')}", out.get("licenses"))], "Activity: accreditations", ", "
    )


def say_other_names(out: Object) -> None:
    """By another name people look for it too."""
    sent = out.get("alternate_name")
    name = sent.strip(" ;") if isinstance(sent, str) else ""
    if name and name.lower() != str(out.get("name") or "").strip().lower():
        _add_words(out, "description", [(f"Also known as {name}", sent)], DESCRIPTION)


def _add_words(out: Object, field: str, said: list[tuple[str, Any]], went: str, joint: str = "\n\n") -> None:
    """Paragraphs behind what the field says; each with the values that it came from, which are then used."""
    before = out.get(field)
    if before and not isinstance(before, str):
        return
    words = [text for text, sent in said if isinstance(sent, (str, dict, list)) and sent]
    if words:
        out[field] = joint.join(filter(None, [before, *words]))
        mark_used([before, *(sent for _, sent in said)], went)


def _say_links(out: Object) -> None:
    """Each further address in a line, with what it leads to."""
    rows = [row for name in LINK_LISTS for row in list_objects(out.get(name))]
    rows += [
        {"label": name.removeprefix(SOCIAL_MEDIA).removesuffix("_url").replace("_", " "), "url": url}
        for name in (*LINK_FIELDS, *(name for name in out if name.startswith(SOCIAL_MEDIA)))
        for url in ([out[name]] if isinstance(out.get(name), str) else list_any(out.get(name)))
    ]
    lines = []
    for row in rows:
        url, label = row.get("url"), row.get("label") or row.get("type") or row.get("name") or ""
        if isinstance(url, str) and url.startswith(("http://", "https://")) and url != out.get("url"):
            plain_label = str(label).strip().capitalize()
            lines.append((f"{plain_label}: {url}" if plain_label and plain_label != "Same as" else url, [url, label]))
    if lines:
        text = "\n".join(text for text, _ in lines)
        _add_words(out, "description", [(text, [sent for _, sent in lines])], "Activity: links")


def _find_infos(out: Object) -> list[tuple[str, Any]]:
    """Connected Places: `useful_infos` and `offerings`; Outpost: what a local offer says of itself."""
    infos: list[tuple[str, Any]] = [
        (
            f"{row.get('title') or ''}: {row.get('description') or ''}".strip(" :"),
            [row.get("title"), row["description"]],
        )
        for row in list_objects(out.get("useful_infos"))
        if isinstance(row.get("description"), str)
    ]
    offers = [row["offering"] for row in list_objects(out.get("offerings")) if isinstance(row.get("offering"), str)]
    local = out.get("local_offer")
    if isinstance(local, dict):
        infos.append((f"{local.get('description') or ''}", local.get("description")))
        answers = list_objects(local.get("survey_answers"))
        infos += [(f"{row.get('question')} {row['answer']}", row) for row in answers if row.get("answer")]
    return [*infos, *([(f"They offer: {', '.join(offers)}", offers)] if offers else [])]


def _say_how_to_join(out: Object) -> None:
    """Whether somebody has to refer, how long the wait is, what to bring (HSDS `required_document`)."""
    papers = [
        row["document"] for row in list_objects(out.get("required_documents")) if isinstance(row.get("document"), str)
    ]
    papers += list_words(out["required_documents"]) if isinstance(out.get("required_documents"), str) else []
    paid = [row["payment"] for row in list_objects(out.get("payments_accepted")) if isinstance(row.get("payment"), str)]
    paid += list_words(out.get("accepted_payments"))
    referred, wait = out.get("needs_referral"), out.get("wait_time")
    said = [
        ("You need to be referred" if says_yes(referred) else "", referred),
        (f"Waiting time: {str(wait).replace('_', ' ')}", wait),
        (f"Bring: {', '.join(word.strip() for word in papers)}", papers and [papers, out["required_documents"]]),
        (f"They take: {', '.join(word.strip() for word in paid)}", paid and [paid, out.get("accepted_payments")]),
    ]
    none = isinstance(wait, str) and wait.strip().lower() in ("none", "no", "n/a", "0")
    _add_words(
        out, "application_process", [pair for pair in said if pair[0] and not (none and pair[1] is wait)], JOINING
    )
    mark_used([referred, wait], JOINING)


def _say_groups(out: Object) -> None:
    """For whom it is, of lists and objects that say so (`suitabilities`; Connected Places' `eligibility_types`)."""
    said = [(", ".join(words), out[name]) for name in GROUP_LISTS if (words := list_words(out.get(name)))]
    types = out.get("eligibility_types")
    custom = types.get("custom") if isinstance(types, dict) else None
    if isinstance(custom, dict):
        words = [value for value in custom.values() if isinstance(value, str) and value.strip()]
        said.append(("\n".join(words), words))
    _add_words(out, "eligibility_description", said, "Who it is for")
    mark_used([row.get("name") for name in GROUP_LISTS for row in list_objects(out.get(name))], "Who it is for")


def _find_ages(out: Object) -> None:
    """Outpost's bands of ages, each a field of its own that says yes: the widest ages hold."""
    bands = {name: AGE_BAND.fullmatch(name) for name in out if name.startswith("age_band_")}
    found = [band for name, band in bands.items() if band and says_yes(out[name])]
    mark_used([out[name] for name in bands], "Ages")
    if not found or says_yes(out.get("age_band_all")) or out.get("minimum_age") or out.get("maximum_age"):
        return
    lows = [0 if band[1] else int(band[2]) for band in found]
    highs = [int(band[2]) - 1 if band[1] else int(band[3] or band[2]) for band in found if band[3] != "plus"]
    out["minimum_age"] = str(min(lows))
    if len(highs) == len(found):
        out["maximum_age"] = str(max(highs))


def _say_costs(out: Object) -> None:
    """Two fields of words about fees, and what a price is for (Outpost's `cost_type`)."""
    further = out.get("fees_description")
    if isinstance(further, str) and further != out.get("fees"):
        _add_words(out, "fees", [(further, further)], "Activity: fees", ". ")
    if rows := list_objects(out.get("cost_options")):
        out["cost_options"] = [rename_fields(row, {"amount_description": ("cost_type",)}) for row in rows]
