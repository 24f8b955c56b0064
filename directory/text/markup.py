"""HTML and Markdown as clean paragraphs of plain text. A link keeps its address beside its words: "our page (https://…)".

Each expression ends at the next sign of its kind, so that a text of nothing but "<a<a<a" takes no longer than others.
"""

import html
import re

import nh3

MAX_UNWRAPPINGS = 4  # "&amp;lt;p&amp;gt;" is HTML that was escaped twice
HTML_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:[a-zA-Z]{2,31}|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
HTML_BLOCK_TAGS = re.compile(
    r"</?(?:p|div|h[1-6]|ul|ol|table|section|article|blockquote|dl|header|footer)\b[^<>]*>", re.IGNORECASE
)
HTML_LINE_TAGS = re.compile(r"<(?:br|li|d[td]|tr)\b[^<>]*>", re.IGNORECASE)
HTML_NEXT_CELL = re.compile(r"</t[dh]>\s{0,100}<t[dh]\b[^<>]*>", re.IGNORECASE)
CDATA_SIGNS = re.compile(r"<!\[CDATA\[|\]\]>")
TRACKED_ADDRESS = re.compile(r"https?://[^\s<>()\"'?]{1,500}\?[^\s<>()\"']{1,2000}")
TRACKING = re.compile(r"(?<=[?&])(?:utm_[a-z_]+|fbclid|gclid|msclkid|igshid|mc_[ce]id)=[^&#]*&?")
HTML_LINK = re.compile(
    r"<a\b[^<>]{0,1000}?\bhref\s*=\s*[\"']?([^\"'\s<>]{1,2000})[\"']?[^<>]*>([^<>]{0,500})</a\s*>", re.IGNORECASE
)
MARKDOWN_SIGNS = re.compile(r"[*_`#\[\\>~=|-]")
MARKDOWN_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,300})\]\([ \t]{0,4}<?((?:https?:|mailto:|tel:|www\.|/)[^\s()<>]{1,2000})>?"
    r"(?: [\"'][^\"'\n]{0,200}[\"'])?[ \t]{0,4}\)"
)
MARKDOWN_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])")
ASIDE = 0xE000  # a private sign of Unicode stands in for one that was escaped, until the rest is read
LITERAL_BREAKS = re.compile(r"(?<![A-Za-z]:)(?<!\\)(?:\\r\\n|\\n|\\r)")  # not in C:\notes


def has_markup(text: str) -> bool:
    return bool(HTML_MARKUP.search(text) or MARKDOWN_SIGNS.search(text))


def strip_markup(text: str) -> str:
    """The text without its HTML, however often it was escaped, and without its Markdown."""
    found = CDATA_SIGNS.sub("", LITERAL_BREAKS.sub("\n", text))
    for _ in range(MAX_UNWRAPPINGS):
        if not HTML_MARKUP.search(found):
            break
        found = _strip_html(found)
    for _ in range(MAX_UNWRAPPINGS):  # so that what is read again, as from our own feed, stays as it is
        found, before = _strip_markdown(found), found
        if found == before:
            break
    return drop_tracking(found)


def drop_tracking(text: str) -> str:
    """Web addresses without what only tells somebody who came from where."""

    def strip(match: re.Match[str]) -> str:
        page, hash_sign, place = TRACKING.sub("", match[0]).partition("#")
        return page.rstrip("?&") + hash_sign + place

    return TRACKED_ADDRESS.sub(strip, text) if TRACKING.search(text) else text


def _strip_html(text: str) -> str:
    found = HTML_LINK.sub(lambda match: _say_link(match[2], html.unescape(match[1])), text)
    found = HTML_LINE_TAGS.sub("\n", HTML_BLOCK_TAGS.sub("\n\n", HTML_NEXT_CELL.sub(", ", found)))
    return html.unescape(nh3.clean(found, tags=set(), clean_content_tags={"script", "style"}))


def _say_link(words: str, address: str) -> str:
    """The words, with where they lead unless they say so themselves. What leads to no page is words alone."""
    address = address.partition("?")[0] if address.startswith("mailto:") else address
    said, bare = words.strip(), re.sub(r"^(?:https?://|mailto:|tel:)(?:www\.)?", "", address).rstrip("/")
    repeated = re.sub(r"\s", "", bare).lower() in re.sub(r"\s", "", said).lower()
    if repeated or not re.match(r"https?://|mailto:", address):
        return words
    return f"{said} ({address.removeprefix('mailto:')})" if said else address.removeprefix("mailto:")


def _strip_markdown(text: str) -> str:
    if not MARKDOWN_SIGNS.search(text):
        return text
    found = MARKDOWN_ESCAPE.sub(lambda match: chr(ASIDE + ord(match[1])), text)
    found = MARKDOWN_LINK.sub(lambda m: "" if m[0].startswith("!") else _say_link(m[1], m[2]), found)
    found = re.sub(r"<(https?://[^\s<>]{1,2000}|[^\s<>@]{1,64}@[^\s<>@]{1,255})>", r"\1", found)
    found = re.sub(r"(?m)^[ \t]{0,8}(?:#{1,6}[ \t]+|>[ \t]?|[*+•-][ \t]+)", "", found)
    found = re.sub(r"(?m)^\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ :|-]*)?$\n?", "", found) if "|" in found else found
    found = re.sub(r"(?m)^\|([^\n]*)\|[ \t]*$", lambda row: re.sub(r"[ \t]*\|[ \t]*", ", ", row[1].strip()), found)
    found = re.sub(r"\\\n", "\n", found)
    found = re.sub(r"(?m)[ \t]#{1,6}[ \t]*$", "", found)
    found = re.sub(r"(?m)^[ \t]*(?:(?:\*[ \t]?){3,}|(?:-[ \t]?){3,}|(?:_[ \t]?){3,}|={3,})[ \t]*$", "", found)
    for sign in (r"\*\*\*", r"\*\*", r"__", r"~~", r"\*", r"_", r"``?"):
        edge = r"(?<![\w*_~`])" if sign != r"\*\*" else r"(?<![*])"
        found = re.sub(rf"{edge}{sign}(?=[^\s*_~`])([^*_~`\n]{{1,500}}?)(?<=\S){sign}(?![\w*_~`])", r"\1", found)
    return re.sub(f"[{chr(ASIDE)}-{chr(ASIDE + 127)}]", lambda match: chr(ord(match[0]) - ASIDE), found)


def drop_repeated_paragraphs(text: str) -> str:
    """Without a first paragraph that the next one begins with, or a paragraph that came before word for word."""
    kept: list[str] = []
    seen: set[str] = set()
    for paragraph in text.split("\n\n"):
        plain = _words_of(paragraph)
        if plain and plain in seen:
            continue
        seen.add(plain)
        if len(kept) == 1 and len(_words_of(kept[0])) > 8 and plain.startswith(_words_of(kept[0])):
            kept.pop()
        kept.append(paragraph)
    return "\n\n".join(kept)


def _words_of(paragraph: str) -> str:
    return " ".join(re.findall(r"\w+", paragraph.casefold()))
