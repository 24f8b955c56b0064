"""manage.py backup [--full | --stream]: copy the server now, or follow what is written to it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from agencies.actions.backup import find_backup_folder, make_backup
from config.backups import BackupError, BackupServer, begin_stream, follow_stream


class Command(BaseCommand):
    help = (
        "Copies the whole server into BACKUP_FOLDER and checks the copy: all of it once a week, in between what has "
        "changed. With --stream it runs until it is ended, and receives each change within seconds."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--full", action="store_true", help="copy all of it, whatever there is already")
        how.add_argument("--stream", action="store_true", help="receive the changes as they are made, until ended")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            server = BackupServer()
            for words in server.find_advice():
                self.stderr.write(words)
            if options["stream"]:
                self.follow(server)
            else:
                self.copy(full=options["full"])
        except BackupError as error:
            raise CommandError(str(error)) from error

    def copy(self, *, full: bool = False) -> None:
        made = make_backup(full=full)
        size = filesizeformat(made.bytes).replace("\xa0", " ")
        self.stdout.write(f"{made.get_kind_display()}: {size} in {made.duration.total_seconds():.0f} s, checked.")

    def follow(self, server: BackupServer) -> None:
        """A stream that begins anew has missed something, perhaps: a backup after its beginning closes the gap."""
        if begin_stream(server, find_backup_folder()):
            self.stdout.write("The stream begins anew: a backup first.")
            self.copy()
        self.stdout.write("Receiving what is written.")
        self.stdout.flush()
        sys.exit(follow_stream(server, find_backup_folder()))
