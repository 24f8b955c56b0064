"""Django's PostgreSQL engine with a server of its own, started at the first connection."""

from collections.abc import Iterable
from typing import Any

import psycopg
from django.db.backends.postgresql import base, client

from config.database import embedded_database_name
from config.embedded import EmbeddedServer

SERVER = EmbeddedServer()


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`, with the psql that belongs to the server."""

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.get_connection_params()
        type(self).executable_name = str(SERVER.binaries / "psql")
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the project's own server."""

    client_class = DatabaseClient
    server = SERVER

    def get_connection_params(self) -> dict[str, Any]:
        """The first one asked for in a process starts the server if need be, and makes the database and its roles."""
        if not self.settings_dict["HOST"]:
            self.server.ensure_running()
            self.settings_dict["HOST"] = str(self.server.socket_folder)
            self.server.create_database(embedded_database_name())
            self.server.ensure_roles(embedded_database_name())
        return super().get_connection_params()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection; waits for a server that is just being started again."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            self.server.ensure_running()
            return super().get_new_connection(conn_params)
