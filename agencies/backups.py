"""Whether all that is here would come back: what the steward is told, and warned of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily

from agencies.hooks import safety_sources
from agencies.models import Backup, Drill, Membership
from agencies.scope_sql import ANY_AGENCY
from config.backups import SLOT
from config.metrics import gauge_sources
from config.row_security import set_context

MAX_RECOVERY = timedelta(hours=1)  # promised: how long that takes (RTO)
MAX_BACKUP_AGE = timedelta(hours=26)  # a nightly one that is a little late is no news
MAX_DRILL_AGE = timedelta(days=35)
MAX_TRIES = 100  # looked at, of backups and of drills


@dataclass(frozen=True)
class BackupState:
    """The last tries, the newest first, and whether what is written in between is being received."""

    backups: list[Backup]
    drills: list[Drill]
    streaming: bool

    @property
    def made(self) -> Backup | None:
        """The last backup that went well."""
        return next((backup for backup in self.backups if not backup.problem), None)

    @property
    def proved(self) -> Drill | None:
        """The last drill that went well."""
        return next((drill for drill in self.drills if not drill.problem), None)

    def find_problems(self, now: datetime) -> Iterator[str]:
        """What is wrong, in plain words, the worst first."""
        if self.made is None:
            yield "No backup has been made. If the server is lost, everything in it is lost."
        elif now - self.made.finished_at > MAX_BACKUP_AGE:
            yield "The last backup is more than a day old."
        if self.backups and self.backups[0].problem:
            yield f"The last try to make a backup failed. {self.backups[0].problem}"
        if not self.streaming:
            yield "What is written between two backups is not being copied: it would be lost with the server."
        if self.proved is None:
            yield "Nobody has tried yet whether everything can be brought back."
        elif now - self.proved.started_at > MAX_DRILL_AGE:
            yield "For more than a month nobody has tried whether everything can be brought back."
        if self.drills and self.drills[0].problem:
            yield f"The last try to bring everything back failed. {self.drills[0].problem}"
        if self.proved and (self.proved.recovery_seconds or 0) > MAX_RECOVERY.total_seconds():
            yield "Bringing everything back took longer than the hour that is promised."


def read_backup_state(member: Membership) -> BackupState:
    """What the member may see of it: the steward. The warnings are of `find_problems`."""
    drills = Drill.visible_to(member).exclude(finished_at=None)
    return BackupState(list(Backup.visible_to(member)[:MAX_TRIES]), list(drills[:MAX_TRIES]), is_streaming())


def is_streaming() -> bool:
    """Whether somebody receives what the server writes, now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s AND active", [SLOT])
        return cursor.fetchone() is not None


@gauge_sources.register
def measure_backups() -> Iterator[GaugeMetricFamily]:
    """For /health/metrics: seconds since the last backup, and the last drill, that went well; none where none has."""
    now = timezone.now()
    with transaction.atomic():
        set_context(manages=ANY_AGENCY)  # nobody is signed in, and whoever has the token may know
        made = Backup.objects.filter(problem="").first()
        proved = Drill.objects.exclude(finished_at=None).filter(problem="").first()
    if made:
        yield gauge_seconds("hereabouts_backup_age_seconds", "Of the last that went well", now - made.finished_at)
    if proved:
        yield gauge_seconds("hereabouts_drill_age_seconds", "Of the last that went well", now - proved.started_at)
    yield GaugeMetricFamily("hereabouts_backup_streaming", "Whether each write is copied", value=is_streaming())


def gauge_seconds(name: str, words: str, passed: timedelta) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=passed.total_seconds())


def find_safety_problems(member: Membership, state: BackupState) -> Iterator[str]:
    """All that the steward is warned of: the backups, and what other apps have to say."""
    yield from state.find_problems(timezone.now())
    for source in safety_sources:
        yield from source(member)


def count_safety_problems(member: Membership) -> int:
    """For the steward's first page."""
    return sum(1 for _ in find_safety_problems(member, read_backup_state(member)))
