"""What happens to all histories by itself, each night."""

from procrastinate.contrib.django import app

from cases.actions.roots import make_root, write_root_file


@app.periodic(cron="40 2 * * *")
@app.task(name="make_root", queueing_lock="make_root", lock="make_root")
def make_nightly_root(timestamp: int) -> None:
    """One line of all histories leaves the machine. A second run makes another, which harms nothing."""
    make_root()
    write_root_file()
