"""The row scopes of access.py as SQL, for a statement written by hand."""

import uuid
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet

from agencies.access import PERMISSIONS, Permission, Role
from agencies.models import Membership

# Stand for the member's in a rule that is compiled once.
ANY_AGENCY, ANY_MEMBER = uuid.UUID(int=0), uuid.UUID(int=1)


def casework_roles_sql() -> str:
    """The roles that hold cases, for a statement written by hand: 'connector', 'lead'."""
    return ", ".join(quote_word(role.value) for role in Role if Permission.WORK_CASES in PERMISSIONS[role])


def visible_sql(model: Any, member: Membership) -> str:
    """`model.visible_to(member)` for a statement written by hand: `FROM ({visible}) c` has the rows the member may see,
    with each column. In it %(agency)s is the member's agency and %(member)s the member."""
    return _compile_visible(model, type(member), member.role, member.manages_team)


@cache
def _compile_visible(model: Any, member_class: type[Membership], role: str, manages_team: bool) -> str:
    member = member_class(role=role, manages_team=manages_team, agency_id=ANY_AGENCY, pk=ANY_MEMBER)
    try:
        columns = [field.attname for field in model._meta.concrete_fields]
        text, values = model.visible_to(member).order_by().values(*columns).query.sql_with_params()
    except EmptyResultSet:
        return f"SELECT * FROM {model._meta.db_table} WHERE false"  # noqa: S608
    names = {ANY_AGENCY: "%(agency)s", ANY_MEMBER: "%(member)s", "": "''"}
    return str(text % tuple(names[value] if value in names else quote_word(value) for value in values))


def quote_word(value: str) -> str:
    """A constant of a rule, such as "team"."""
    if not value.isidentifier():
        raise ValueError(f"{value!r} in a rule is no word.")
    return f"'{value}'"
