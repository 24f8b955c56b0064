"""Where sessions live: Django's own table, read together with who is signed in and the memberships they work under.

Three queries of the ORM on each signed-in request are one here. What makes a session valid is Django's, unchanged.
"""

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from agencies.models import Agency, Membership, User
from config.database import prepared_cursor


def list_columns(model: type[models.Model]) -> list[str]:
    """Its columns, without what was received from a feed: that is large, and for nobody's eyes."""
    return [field.attname for field in model._meta.concrete_fields if field.attname != "received"]


USER, MEMBERSHIP, AGENCY = list_columns(User), list_columns(Membership), list_columns(Agency)
# A row for each membership of who is signed in, the rule and the order being those of Membership.open_for_user.
SESSION_SQL = f"""
SELECT s.session_data,
    {", ".join(f"u.{name}" for name in USER)},
    {", ".join(f"m.{name}" for name in MEMBERSHIP)},
    {", ".join(f"a.{name}" for name in AGENCY)}
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
    memberships: list[Membership] = []  # replaced, never changed

    def load(self) -> dict[str, object]:
        with prepared_cursor() as cursor:
            cursor.execute(SESSION_SQL, {"key": self.session_key, "now": timezone.now()})
            rows = cursor.fetchall()
        if not rows:
            self._session_key = None
            return {}
        data, *columns = rows[0]
        if columns[0]:
            self.user = user = User.from_db("default", USER, columns[: len(USER)])
            self.memberships = [build_membership(user, row[1 + len(USER) :]) for row in rows if row[1 + len(USER)]]
        return self.decode(data)


def build_membership(user: User, columns: tuple[object, ...]) -> Membership:
    member = Membership.from_db("default", MEMBERSHIP, columns[: len(MEMBERSHIP)])
    member.user, member.agency = user, Agency.from_db("default", AGENCY, columns[len(MEMBERSHIP) :])
    return member


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
        return found, session.memberships  # type: ignore[attr-defined]  # of the SessionStore above, as `user` is
    user = auth.get_user(request)
    return user, list(Membership.open_for_user(user)) if user.is_authenticated else []
