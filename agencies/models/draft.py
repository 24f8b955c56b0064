"""What a member has typed and not sent: kept by the server, seen by nobody else, gone when sent."""

from collections.abc import Iterable
from typing import Self
from urllib.parse import urlsplit

from django.db import connection, models
from django.http import QueryDict

from agencies.models.membership import Membership
from config.database import prepared_cursor
from config.http import parse_uuid
from config.statements import build_instances, columns_sql, fill_statement

MAX_DRAFT_LENGTH = 200_000  # characters of one draft: forty of the longest notes
MAX_DRAFTS = 100  # of one member: the oldest goes when there are more


class Draft(models.Model):
    """One form. Where `action` says where to, it was posted, or was about to be, when the session had ended."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=100, help_text="Which form: 'refer:<uuid>', 'note:<case>'")
    data = models.JSONField(default=dict, help_text="Field name to list of strings, as posted")
    page = models.CharField(max_length=2000, default="", db_default="", blank=True, help_text="Address typed on")
    action = models.CharField(max_length=2000, default="", db_default="", blank=True, help_text="Posted to")
    started_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-saved_at", "id"]
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="one_draft_per_form_each")]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        """A member's own drafts, whoever else works in the agency."""
        return cls.objects.filter(member=member)

    @classmethod
    def find(cls, *, member: Membership, key: str) -> Self | None:
        """The member's own draft under `key`. Each case page asks."""
        text = "SELECT {columns} FROM agencies_draft d WHERE d.member_id = %(member)s AND d.key = %(key)s"
        with prepared_cursor() as cursor:
            cursor.execute(fill_statement(text, columns=columns_sql("d", cls)), {"member": member.pk, "key": key})
            row = cursor.fetchone()
        return next(build_instances(row, cls)) if row else None

    @classmethod
    def save_draft(cls, *, member: Membership, key: str, data: dict[str, list[str]]) -> Self:
        """Save what was typed so far under `key`; the latest wins."""
        return cls._save(member, key, {"data": data})

    @classmethod
    def save_unsent(cls, *, member: Membership, form: str, page: str, action: str, data: dict[str, list[str]]) -> Self:
        """Keep a form that could not be sent because the session had ended, `form` telling it from others."""
        return cls._save(member, f"unsent:{form}", {"data": data, "page": page[:2000], "action": action[:2000]})

    @classmethod
    def _save(cls, member: Membership, key: str, values: dict[str, object]) -> Self:
        draft, is_new = cls.objects.update_or_create(member=member, key=key, defaults=values)
        if is_new:
            latest = cls.visible_to(member).order_by("-saved_at", "-pk")
            latest.filter(pk__in=latest.values_list("pk")[MAX_DRAFTS:]).delete()
        return draft

    @staticmethod
    def fits(data: dict[str, list[str]]) -> bool:
        return sum(len(name) + len(value) for name, values in data.items() for value in values) <= MAX_DRAFT_LENGTH

    @classmethod
    def unsent_of(cls, memberships: Iterable[Membership]) -> "models.QuerySet[Self]":
        """What was not sent, of somebody who works under these memberships."""
        return cls.objects.filter(member__in=memberships).exclude(action="")

    @classmethod
    def is_kept(cls, number: str) -> bool:
        """Whether there are words of that number, whoever's."""
        if not number.isdecimal():
            return False
        with connection.cursor() as cursor:  # the rows themselves are seen by who wrote them alone (policies.py)
            cursor.execute("SELECT is_unsent_kept(%s)", [int(number[:18])])
            return bool(cursor.fetchone()[0])

    @property
    def return_address(self) -> str:
        """The page it was typed on, to be filled with it again (agencies.middleware)."""
        page = self.page or self.action
        return f"{page}{'&' if urlsplit(page).query else '?'}unsent={self.pk}"

    @classmethod
    def load_initial(cls, member: Membership, key: str, *names: str) -> dict[str, str]:
        """Initial values for the fields named, from the member's draft under `key`; of the others nothing."""
        draft = cls.find(member=member, key=key)
        return {name: draft.data[name][-1] for name in names if draft.data.get(name)} if draft else {}

    @property
    def typed_words(self) -> list[tuple[str, str]]:
        """What was typed, for reading: the fields by their names, without keys and what the form had `seen`."""
        shown = {name: [v for v in values if v.strip() and not parse_uuid(v)] for name, values in self.data.items()}
        named = [(name, "\n".join(values)) for name, values in shown.items() if values and name != "seen"]
        return [(name.replace("_", " ").capitalize(), words) for name, words in named]

    def as_posted(self) -> QueryDict:
        """What was typed, as a browser posts it."""
        query = QueryDict(mutable=True)
        for name, values in self.data.items():
            query.setlist(name, values)
        return query
