"""Words, names and figures that are shipped in tables, beside the code that reads them."""

import csv
from pathlib import Path


def load_csv_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table in UTF-8, by the names in its first line."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
