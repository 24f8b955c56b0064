"""A form of a page that is drawn already, filled with what was once typed in it."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.forms.utils import flatatt
from django.utils.html import escape

NEVER_FILLED = {"submit", "button", "reset", "image", "file", "password"}  # kinds of <input>
FILE_AGAIN = '<span class="govuk-hint">If you had chosen a file, choose it again: it could not be kept.</span>'
LONGEST_LOST_WORD = 20  # characters: a longer value without a place in the form would be somebody's words out of sight


class FormFiller(HTMLParser):
    """Looks in `html`, the page at the path `page`, for the form that is posted to the path `action`."""

    def __init__(self, html: str, page: str, action: str, values: dict[str, list[str]], hidden: dict[str, str]) -> None:
        super().__init__(convert_charrefs=False)
        self.html, self.page, self.action, self.values = html, page, action, values
        self.hidden = "".join(f'<input type="hidden"{flatatt({"name": n, "value": v})}>' for n, v in hidden.items())
        self.line_starts = [0]
        for line in html.split("\n"):
            self.line_starts.append(self.line_starts[-1] + len(line) + 1)
        self.edits: list[tuple[int, int, str]] | None = None  # from, to, what stands there instead: of the form at hand
        self.placed: dict[str, int] = {}  # how many values of each name have found their field
        self.select = ""
        self.folds: list[tuple[int, int, str]] = []  # <details> that are open at this point of the page: as unfolded
        self.is_sought = False  # whether the form at hand is posted to `action`
        self.best: list[tuple[int, int, str]] = []
        self.best_placed: dict[str, int] = {}
        self.best_rank = (False, -1)
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: True if value is None else value for name, value in attrs}
        start = self.line_starts[self.getpos()[0] - 1] + self.getpos()[1]
        end = start + len(self.get_starttag_text() or "")
        if tag == "form":
            address = urlsplit(urljoin(self.page, str(found.get("action", ""))))
            self.is_sought = address.path == self.action
            posted = str(found.get("method", "")).lower() == "post"
            self.edits, self.placed = ([(end, end, self.hidden)] if posted else None), {}
        elif tag == "details":
            self.folds.append((start, end, f"<details{flatatt(found | {'open': True})}>"))
        elif self.edits is not None and tag in ("input", "textarea", "select", "option"):
            self.fill(tag, found, start, end)

    def fill(self, tag: str, attrs: dict[str, str | bool], start: int, end: int) -> None:
        name, kind = str(attrs.get("name", "")), str(attrs.get("type", "text"))
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select in self.values:
            self.mark(tag, attrs, "selected", self.select, (start, end))
        elif tag == "input" and kind in ("checkbox", "radio") and (kind == "checkbox" or name in self.values):
            self.mark(tag, attrs, "checked", name, (start, end))
        elif kind == "file":
            self.change(end, end, FILE_AGAIN)
        elif name in self.values and name != "csrfmiddlewaretoken" and kind not in NEVER_FILLED:
            value = (self.values[name][self.placed.get(name, 0) :] or [""])[0]
            self.place(name, is_news=bool(value.strip()) and kind != "hidden")
            if tag == "textarea":
                self.change(end, self.html.find("</textarea", end), f"\n{escape(value)}")
            else:
                self.change(start, end, f"<input{flatatt(attrs | {'value': value})}>")

    def mark(self, tag: str, attrs: dict[str, str | bool], mark: str, name: str, where: tuple[int, int]) -> None:
        """Choose this answer, or unchoose it."""
        chosen = str(attrs.get("value", "on")) in self.values.get(name, [])
        if chosen:
            self.place(name, is_news=mark not in attrs)
        self.change(*where, f"<{tag}{flatatt(attrs | {mark: chosen})}>")

    def place(self, name: str, *, is_news: bool) -> None:
        """A value has found its field; where it `is_news`, nothing that folds away hides it."""
        self.placed[name] = self.placed.get(name, 0) + 1
        if is_news and self.edits is not None:
            self.edits += self.folds

    def change(self, start: int, end: int, text: str) -> None:
        if self.edits is not None:
            self.edits.append((start, end, text))

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.folds:
            self.folds.pop()
        if tag == "form" and self.edits is not None:
            rank = (self.is_sought, len(self.placed))
            if (self.is_sought or self.holds_everything()) and rank > self.best_rank:
                self.best, self.best_placed, self.best_rank = self.edits, self.placed, rank
            self.edits = None

    def holds_everything(self) -> bool:
        """Whether the form at hand, posted elsewhere, is the one: a part of it was posted, to look something up."""
        typed = {name for name, texts in self.values.items() if any(len(text) > 2 for text in texts)}
        return len(typed) > 1 and typed <= self.placed.keys()


def fill_form(html: str, *, page: str, action: str, values: dict[str, list[str]], hidden: dict[str, str]) -> str | None:
    """The page with the form that is posted to `action` (a path) filled: of several, the one with most of the fields.

    `values` is what was posted, name → texts; `hidden` goes into the form beside it. None when there is no such form
    any more, or it has no place for some of the words.
    """
    filler = FormFiller(html, page, action, values, hidden)
    for name, texts in values.items():
        if any(len(text) > LONGEST_LOST_WORD for text in texts[filler.best_placed.get(name, 0) :]):
            return None
    if not filler.best:
        return None
    parts, at = [], 0
    for start, end, text in sorted(set(filler.best)):
        parts += [html[at:start], text]
        at = end
    return "".join([*parts, html[at:]])
