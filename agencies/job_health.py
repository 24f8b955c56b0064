"""How the work behind the scenes goes, for the steward: each kind of job in plain words, without what it was given."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from prometheus_client.metrics_core import GaugeMetricFamily

from agencies import access
from agencies.models import Membership
from config.job_queue import (
    all_jobs,
    count_living_workers,
    failed_jobs,
    find_oldest_wait,
    has_failed,
    is_late,
    waiting_jobs,
)
from config.metrics import gauge_sources

# What each kind of job does, as a steward would say it. A test fails where one is left out.
TASK_WORDS = {
    "ask_others": "Asks other organisations to put right, erase or leave unused what they hold of a person",
    "ask_still_right": "Asks groups if their listings are still right, and hides those of groups that never answer",
    "blank_entry": "Takes the words out of one entry of a story whose person asked to be forgotten",
    "deliver_message": "Hands one e-mail to the mail server, again and again for half a day where that fails",
    "drop_zero_costs": "Takes prices of nothing out of what another directory sent, where that means unknown",
    "erase_record": "Erases a person's record, once two people have said so",
    "erase_reviewed": "Erases an old record, once somebody has said so",
    "forget_bookings": "Takes the names out of bookings of long ago",
    "forget_drafts": "Forgets what was typed and not sent about a case that may not be opened any more",
    "forget_ended_sessions": "Forgets sign-ins that have ended",
    "forget_lost_searches": "Forgets searches of more than a year ago that found nothing",
    "forget_old_jobs": "Forgets work that was done more than a week ago, or failed more than 90 days ago",
    "forget_withheld": "Stops what was on its way to an organisation whose agreement was taken back",
    "import_source": "Reads one list of activities from another directory or a file",
    "import_what_is_due": "Looks which other directories are to be read again",
    "judge_listings": "Works out how much each listing tells",
    "lay_out_sessions": "Puts the dates of the next 12 weeks into the calendar",
    "list_due_records": "Lists records that have been kept for long enough, to be looked at before they go",
    "look_after_bookings": "Gives places that nobody took to the next in line, and reminds people of theirs",
    "look_for_silence": "Reminds whoever has not answered a referral, and tells who asked when they stay silent",
    "make_open_data": "Writes the day's open data",
    "make_root": "Seals all case histories in one line that leaves this machine",
    "note_replies": "Works out how soon each group answers",
    "refresh_directory": "Brings what people can find, and the map, up to date",
    "remind_of_complaints": "Reminds whoever has to answer a complaint",
    "remind_of_holds": "Reminds of records that are kept for a legal reason",
    "remind_of_rights": "Reminds of what people have asked about their records, before its month is over",
    "report_unreviewed_openings": "Tells leads of cases that were opened in an emergency and not looked at since",
    "retry_stalled_jobs": "Gives the jobs of a worker that died to another one",
    "tell_of_new_activities": "Tells people of new activities that they asked to hear of",
    "tell_what_waits": "Sends you what waits, each morning",
    "warn_of_safety": "Warns you where backups or the proof of the histories are not as they should be",
    "warn_of_breaches": "Warns before the 72 hours are over in which a breach is to be reported",
}


@dataclass(frozen=True)
class TaskHealth:
    """One kind of job: how many of it wait, are late or have failed, and when one was last done."""

    name: str
    waiting: int = 0
    late: int = 0
    failed: int = 0
    done_at: datetime.datetime | None = None

    @property
    def words(self) -> str:
        """What it does; its name where nobody has said."""
        return describe_task(self.name)


def describe_task(name: str) -> str:
    return TASK_WORDS.get(name, name.replace("_", " ").capitalize())


def list_our_tasks() -> list[str]:
    """The names of the jobs of this product, without those of its parts."""
    return sorted(name for name in app.tasks if "." not in name and ":" not in name)


def visible_failed_jobs(member: Membership) -> "QuerySet[ProcrastinateJob]":
    """Those that failed and were not mended by a later run, the latest first; the steward's to see."""
    return failed_jobs().filter(access.jobs(member))


def visible_waiting_jobs(member: Membership) -> "QuerySet[ProcrastinateJob]":
    return waiting_jobs().filter(access.jobs(member))


def list_task_health(member: Membership) -> list[TaskHealth]:
    """Each kind of job there is, in the order of its words: three statements, however many jobs there are."""
    waiting = visible_waiting_jobs(member).values("task_name")
    counted = waiting.annotate(n=Count("pk"), late=Count("pk", filter=is_late())).order_by("task_name")
    numbers = {name: (n, late) for name, n, late in counted.values_list("task_name", "n", "late")}
    failed = count_by_task(visible_failed_jobs(member))
    done = ProcrastinateEvent.objects.filter(type="succeeded").values_list("job__task_name").annotate(at=Max("at"))
    done_at = dict(done.order_by("job__task_name"))
    names = {*list_our_tasks(), *numbers, *failed}
    found = (
        TaskHealth(
            name=name,
            waiting=numbers.get(name, (0, 0))[0],
            late=numbers.get(name, (0, 0))[1],
            failed=failed.get(name, 0),
            done_at=done_at.get(name),
        )
        for name in names
    )
    return sorted(found, key=lambda task: task.words)


def count_by_task(jobs: "QuerySet[ProcrastinateJob]") -> dict[str, int]:
    return dict(jobs.order_by().values_list("task_name").annotate(n=Count("pk")))


def count_job_problems(member: Membership) -> tuple[int, str]:
    """How many jobs failed or are late, and what is wrong besides, in a word or two: "" when nothing is."""
    ill = all_jobs().filter(access.jobs(member), status__in=["todo", "failed"])
    found = ill.aggregate(late=Count("pk", filter=is_late()), failed=Count("pk", filter=has_failed()))
    wrong = "" if count_living_workers() else "nobody is at work"
    return found["late"] + found["failed"], wrong or ("some late" if found["late"] else "")


@gauge_sources.register
def measure_jobs() -> Iterable[GaugeMetricFamily]:
    """For /health/metrics: the queue by kind of job."""
    waiting = waiting_jobs()
    for name, words, jobs in (
        ("waiting", "Jobs that are to be done, now or later", waiting),
        ("late", "Jobs that a worker should have begun", waiting.filter(is_late())),
        ("failed", "Jobs that failed and were not mended by a later run", failed_jobs()),
    ):
        gauge = GaugeMetricFamily(f"hereabouts_jobs_{name}", words, labels=["task"])
        for task, number in count_by_task(jobs).items():
            gauge.add_metric([task], number)
        yield gauge
    yield GaugeMetricFamily("hereabouts_job_workers", "Job workers heard of lately", value=count_living_workers())
    yield GaugeMetricFamily("hereabouts_job_oldest_wait_seconds", "Of what is due", value=find_oldest_wait())
