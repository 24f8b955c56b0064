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
from directory.catalogue.statistics import list_months, load_monthly_counts
from directory.models import Service

COLUMN_LABELS = {
    "shown": "Shown in searches",
    "views": "Page opened",
    "referrals": "Referrals",
    "booked": "Places booked",
    "attended": "Came",
    "missed": "Did not come",
}
XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class StatisticsRow:
    """One activity, or one month: its label and the numbers under COLUMN_LABELS."""

    label: str
    counts: list[int]
    service: Service | None = None

    @property
    def labelled_counts(self) -> list[tuple[str, int]]:
        return list(zip(COLUMN_LABELS.values(), self.counts, strict=True))


@dataclass(frozen=True)
class StatisticsTable:
    """The last 12 months: `counts[service][month]` are the numbers under COLUMN_LABELS."""

    services: list[Service]
    months: list[datetime.date]
    counts: dict[Service, dict[datetime.date, list[int]]]

    def rows_by_service(self) -> list[StatisticsRow]:
        """A line for each activity, over all months."""
        return [StatisticsRow(row.name, _sum_columns(self.counts[row].values()), row) for row in self.services]

    def rows_by_month(self, service: Service | None = None) -> list[StatisticsRow]:
        """A line for each month, the latest first: of one activity or of all."""
        chosen = [service] if service else self.services
        return [
            StatisticsRow(f"{month:%B %Y}", _sum_columns(self.counts[row][month] for row in chosen))
            for month in reversed(self.months)
        ]

    def total_row(self) -> StatisticsRow:
        return StatisticsRow("All", _sum_columns(line.counts for line in self.rows_by_service()))

    def file_rows(self) -> Iterator[list[str | int]]:
        """For a file: each activity and month, with a first row of headings."""
        yield ["Activity", "Month", *COLUMN_LABELS.values()]
        for service in self.services:
            for month in self.months:
                yield [escape_formula(service.name), f"{month:%Y-%m}", *self.counts[service][month]]


def _sum_columns(lists: Iterable[list[int]]) -> list[int]:
    return [sum(column) for column in zip([0] * len(COLUMN_LABELS), *lists, strict=True)]


def load_statistics(member: Membership, today: datetime.date | None = None) -> StatisticsTable:
    """Of all that the member's agency runs, drafts left out, ended ones not."""
    rows = Service.run_by(member).filter(published_at__isnull=False, joined_to=None).defer("received")
    services, shown = list(rows.order_by("name", "pk")), list_months(today or timezone.localdate())
    found = load_monthly_counts([row.pk for row in services], shown[0]) if services else {}
    counts = {
        row: {month: [found.get((row.pk, month), {}).get(name, 0) for name in COLUMN_LABELS] for month in shown}
        for row in services
    }
    return StatisticsTable(services, shown, counts)


# --- Files ------------------------------------------------------------------------------------------------


def render_csv(figures: StatisticsTable) -> HttpResponse:
    response = _file_response("text/csv; charset=utf-8", "csv")
    response.write("\ufeff")  # so that Excel reads it as UTF-8
    csv.writer(response).writerows(figures.file_rows())
    return response


def render_xlsx(figures: StatisticsTable) -> HttpResponse:
    book = Workbook()
    sheet = book.active
    sheet.title = "Figures"
    for row in figures.file_rows():
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "C2"
    sheet.column_dimensions["A"].width = 40
    for letter in "BCDEFGH":
        sheet.column_dimensions[letter].width = 18
    written = io.BytesIO()
    book.save(written)
    response = _file_response(XLSX_MEDIA_TYPE, "xlsx")
    response.write(written.getvalue())
    return response


def _file_response(media_type: str, ending: str) -> HttpResponse:
    name = f"figures-{timezone.localdate():%Y-%m-%d}.{ending}"
    return HttpResponse(content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
