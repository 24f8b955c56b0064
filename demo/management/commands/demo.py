"""Fill an empty database with the demo place; only where settings say that this is a demo."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.db.models import F

from agencies.demo import list_demo_members
from agencies.models import Agency, Message
from agencies.models.message import Channel
from config.database import is_made_up
from demo.building import build_activities, build_agencies, build_staff, write_contracts
from demo.lives import simulate_lives
from demo.place import DATA
from demo.publishing import fill_directory
from directory.geography.base_map import draw_base_map
from directory.geography.coast import read_coast_file


class Command(BaseCommand):
    help = "A made-up place around Worthing and Shoreham-by-Sea, with people for each role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="Do nothing when there is anything already")
        parser.add_argument("--reset", action="store_true", help="Throw everything away first")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo place exists in development only.")
        if options["reset"]:
            self.refuse_unless_made_up()
            self.drop_all_tables()
        elif Agency.objects.exists():
            if options["if_empty"]:
                self.recognise_earlier_release()
                return
            raise CommandError("There is a place already. To throw it away and start again: demo --reset")
        self.stdout.write("Making up a place, with its people and their months. This takes a moment.")
        with transaction.atomic():
            connection.features.uses_savepoints = False  # all or nothing: four thousand ways back would never be used
            try:
                people = self.build_place()
            finally:
                del connection.features.uses_savepoints
            self.mark_as_made_up()
        self.stdout.write(self.style.SUCCESS(f"The demo place is ready: {people} people."))

    def mark_as_made_up(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("COMMENT ON SCHEMA public IS 'made up by manage.py demo'")  # config.database.MADE_UP

    def recognise_earlier_release(self) -> None:
        """Earlier releases left no mark on the demo place that they made in .postgres."""
        if not is_made_up() and hasattr(connection, "server") and list_demo_members():
            self.mark_as_made_up()

    def refuse_unless_made_up(self) -> None:
        """Raises CommandError for a database that holds anything and was not filled by this command."""
        if connection.introspection.table_names() and not is_made_up():
            name = connection.settings_dict["NAME"]
            raise CommandError(
                f"The database “{name}” was not made up by this command, so nothing is thrown away. If it may go all "
                "the same, drop it yourself (the one in .postgres: remove that folder), and begin with an empty one."
            )

    def drop_all_tables(self) -> None:
        """Drop every table: the history cannot be emptied in any other way."""
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)

    def build_place(self) -> int:
        agencies = build_agencies()
        agencies |= build_activities()
        staff = build_staff(agencies)
        write_contracts(staff)
        people = simulate_lives(staff, agencies)
        fill_directory(staff, agencies)
        draw_base_map(*read_coast_file(DATA / "coast.json"))
        # Their e-mails left long ago: they are there to be read at /outbox/, not to be sent again. A group still rings.
        to_ring = {"channel": Channel.CALL, "key__startswith": "booking "}
        Message.objects.filter(sent_at=None).exclude(**to_ring).update(sent_at=F("created_at"))
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name LIKE %s", ["%deliver_message"])
        return people
