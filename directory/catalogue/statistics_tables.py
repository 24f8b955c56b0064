"""A group's own figures as tables: on the page, as CSV and as XLSX."""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from agencies.models import Membership
from config.spreadsheets import escape_formula
from directory.catalogue.statistics import months, read
from directory.models import Service

COLUMNS = {
    "shown": "Shown in searches",
    "views": "Page opened",
    "referrals": "Referrals",
    "booked": "Places booked",
    "attended": "Came",
    "missed": "Did not come",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Line:
    """One activity, or one month: its label and the numbers under COLUMNS."""

    label: str
    counts: list[int]
    service: Service | None = None

    @property
    def cells(self) -> list[tuple[str, int]]:
        return list(zip(COLUMNS.values(), self.counts, strict=True))


@dataclass(frozen=True)
class Figures:
    """The last 12 months: `counts[service][month]` are the numbers under COLUMNS."""

    services: list[Service]
    months: list[datetime.date]
    counts: dict[Service, dict[datetime.date, list[int]]]

    def of_services(self) -> list[Line]:
        """A line for each activity, over all months."""
        return [Line(row.name, _sum(self.counts[row].values()), row) for row in self.services]

    def of_months(self, service: Service | None = None) -> list[Line]:
        """A line for each month, the latest first: of one activity or of all."""
        chosen = [service] if service else self.services
        return [
            Line(f"{month:%B %Y}", _sum(self.counts[row][month] for row in chosen)) for month in reversed(self.months)
        ]

    def total(self) -> Line:
        return Line("All", _sum(line.counts for line in self.of_services()))

    def rows(self) -> Iterator[list[str | int]]:
        """For a file: each activity and month, with a first row of headings."""
        yield ["Activity", "Month", *COLUMNS.values()]
        for service in self.services:
            for month in self.months:
                yield [escape_formula(service.name), f"{month:%Y-%m}", *self.counts[service][month]]


def _sum(lists: Iterable[list[int]]) -> list[int]:
    return [sum(column) for column in zip([0] * len(COLUMNS), *lists, strict=True)]


def figures_of(member: Membership, today: datetime.date | None = None) -> Figures:
    """Of all that the member's agency runs, drafts left out, ended ones not."""
    rows = Service.run_by(member).filter(published_at__isnull=False, joined_to=None).defer("received")
    services, shown = list(rows.order_by("name", "pk")), months(today or timezone.localdate())
    found = read([row.pk for row in services], shown[0]) if services else {}
    counts = {
        row: {month: [found.get((row.pk, month), {}).get(name, 0) for name in COLUMNS] for month in shown}
        for row in services
    }
    return Figures(services, shown, counts)


# --- Files ------------------------------------------------------------------------------------------------


def as_csv(figures: Figures) -> HttpResponse:
    response = _file("text/csv; charset=utf-8", "csv")
    response.write("\ufeff")  # so that Excel reads it as UTF-8
    csv.writer(response).writerows(figures.rows())
    return response


def as_xlsx(figures: Figures) -> HttpResponse:
    book = Workbook()
    sheet = book.active
    sheet.title = "Figures"
    for row in figures.rows():
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "C2"
    sheet.column_dimensions["A"].width = 40
    for letter in "BCDEFGH":
        sheet.column_dimensions[letter].width = 18
    written = io.BytesIO()
    book.save(written)
    response = _file(XLSX, "xlsx")
    response.write(written.getvalue())
    return response


def _file(media_type: str, ending: str) -> HttpResponse:
    name = f"figures-{timezone.localdate():%Y-%m-%d}.{ending}"
    return HttpResponse(content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
