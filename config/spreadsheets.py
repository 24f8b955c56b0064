"""What every file for a spreadsheet needs, whoever writes it."""

from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(cell: Any) -> Any:
    """A cell that no spreadsheet works out instead of showing it (OWASP, "CSV injection").

    Text that begins like a formula, after any spaces, gets an apostrophe before it; None becomes "", and what is not
    text stays as it is.
    """
    if isinstance(cell, str) and (cell.startswith(FORMULA_STARTS) or cell.lstrip().startswith(FORMULA_STARTS)):
        return f"'{cell}"
    return "" if cell is None else cell
