"""
The web server of production, on a port of its own: granian, after a look whether another server has that port already.

    python -m config.serve --host 127.0.0.1 --port 8000 --workers 2 --blocking-threads 2

Whatever it is given is granian's. Ends with status 1 and a sentence when the port is taken.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

from config.run import explain_port_problem, prepare_metrics_folder

SERVER = ["granian", "config.wsgi:application", "--interface", "wsgi", "--no-ws", "--respawn-failed-workers"]
SERVER += ["--log-config", str(Path(__file__).with_name("granian_log.json"))]  # its own lines are JSON too


def main(given: list[str]) -> NoReturn:
    """Becomes granian, the port held by a lock that it inherits."""
    options = dict(zip(given, [*given[1:], ""], strict=True))
    port = options.get("--port", "8000")
    if problem := explain_port_problem(port, options.get("--host", "127.0.0.1")):
        sys.exit(problem)
    prepare_metrics_folder(port)
    os.execv(sys.executable, [sys.executable, "-m", *SERVER, *given])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
