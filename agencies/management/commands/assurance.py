"""Whether all that the documents claim is shown by something that is there."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from agencies.assurance import COLUMN, OTHERS, ROOT, find_faults, list_claims, list_documents


class Command(BaseCommand):
    help = (
        "Reads the claims of docs/ and fails, naming file and line, where one names a test, a page, a command or a "
        "document that does not exist. It looks into the folder tests/, so it needs the project as git has it."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with each fault on a line of its own."""
        if not (ROOT / "tests").is_dir():
            raise CommandError("The folder tests/ is not here, so nothing can be looked up.")
        documents = list_documents()
        if faults := [str(fault) for document in documents for fault in find_faults(document)]:
            raise CommandError("\n".join(["These claims are shown by nothing:", *faults]))
        for document in documents:
            if claims := list_claims(document):
                theirs = sum(row.cells[COLUMN].startswith(OTHERS) for row in claims)
                name = document.relative_to(ROOT)
                self.stdout.write(f"{name}: {len(claims) - theirs} claims shown, {theirs} said to be open or others'")
