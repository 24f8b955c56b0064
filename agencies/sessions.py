"""Where sessions live: Django's own table, read together with who is signed in and the memberships they work under.

Three queries of the ORM on each signed-in request are one here. What makes a session valid is Django's, unchanged.
"""

from collections.abc import Sequence

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from agencies.models import Agency, Membership, User
from config.database import is_database_gone, prepared_cursor
from config.statements import build_instances, columns_sql

# A row for each membership of who is signed in, the rule and the order being those of Membership.open_for_user.
SESSION_SQL = f"""
SELECT s.session_data, EXISTS (
    SELECT FROM agencies_identityprovider_agencies served JOIN agencies_identityprovider p
        ON p.id = served.identityprovider_id AND p.required AND p.switched_off_at IS NULL
    WHERE served.agency_id = a.id
), {columns_sql("u", User)}, {columns_sql("m", Membership)}, {columns_sql("a", Agency)}
FROM django_session s
LEFT JOIN usersessions_usersession signed_in ON signed_in.session_key = s.session_key
LEFT JOIN agencies_user u ON u.id = signed_in.user_id
LEFT JOIN (
    agencies_membership m JOIN agencies_agency a ON a.id = m.agency_id AND a.left_at IS NULL
) ON m.user_id = u.id AND m.ended_at IS NULL
WHERE s.session_key = %(key)s AND s.expire_date > %(now)s
ORDER BY a.name, m.started_at, m.id
"""  # noqa: S608


class SessionStore(db.SessionStore):
    """`user` is whom the sign-in was noted for (None: not known), with the memberships they may work under now. Not to
    be trusted before `load_user` has looked."""

    user: User | None = None
    memberships: Sequence[Membership] = ()

    def save(self, must_create: bool = False) -> None:
        """Raises OperationalError where the database is gone, which Django takes for a session that has ended: 400."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if is_database_gone(error):
                raise OperationalError("The session cannot be saved.") from error
            raise

    def load(self) -> dict[str, object]:
        with prepared_cursor() as cursor:
            cursor.execute(SESSION_SQL, {"key": self.session_key, "now": timezone.now()})
            rows = cursor.fetchall()
        if not rows:
            self._session_key = None
            return {}
        for _, by_provider_only, *columns in rows:
            self.user, member, agency = build_instances(columns, User, Membership, Agency)
            if member:
                member.user, member.agency, member.by_provider_only = self.user, agency, by_provider_only
                self.memberships = [*self.memberships, member]
        return self.decode(rows[0][0])


def load_user(request: HttpRequest) -> tuple[User | AnonymousUser, list[Membership]]:
    """Who is signed in, and the memberships they may work under now.

    Whom the store has found is who it is when the session, which is signed, names the same user, an open account, a
    door that is in use and the password of today. In any other case Django finds out, by queries of its own.
    """
    session = request.session
    named, found = session.get(auth.SESSION_KEY), getattr(session, "user", None)
    if (
        found
        and named == str(found.pk)
        and found.is_active
        and session.get(auth.BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), found.get_session_auth_hash())
    ):
        return found, list(session.memberships)  # type: ignore[attr-defined]  # of the SessionStore above, as `user` is
    user = auth.get_user(request)
    return user, list(Membership.open_for_user(user)) if user.is_authenticated else []
