"""What a member has typed and not sent: kept by the server, seen by nobody else, gone when sent."""

from typing import Self

from django.db import models
from django.http import QueryDict

from agencies.models.membership import Membership


class Draft(models.Model):
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=100, help_text="Which form: 'refer:<uuid>', 'note:<case>'")
    data = models.JSONField(default=dict, help_text="Field name to list of strings, as posted")
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
    def save_draft(cls, *, member: Membership, key: str, data: dict[str, list[str]]) -> Self:
        """Save what was typed so far under `key`; the latest wins."""
        return cls.objects.update_or_create(member=member, key=key, defaults={"data": data})[0]

    @classmethod
    def load_initial(cls, member: Membership, key: str, *names: str) -> dict[str, str]:
        """Initial values for the fields named, from the member's draft under `key`; of the others nothing."""
        draft = cls.visible_to(member).filter(key=key).first()
        return {name: draft.data[name][-1] for name in names if draft.data.get(name)} if draft else {}

    def as_posted(self) -> QueryDict:
        """What was typed, as a browser posts it."""
        query = QueryDict(mutable=True)
        for name, values in self.data.items():
            query.setlist(name, values)
        return query
