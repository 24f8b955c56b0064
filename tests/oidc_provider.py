"""An OpenID Connect provider on loopback that answers as it is told to, wrongly too: somebody else's program."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from agencies.models import Agency, ClientAuthentication, IdentityProvider

CLIENT_ID = "hereabouts-test"


def make_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def to_pem(key: rsa.RSAPrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


# Made once: a key takes a tenth of a second.
THEIR_KEY, OUR_KEY, STRANGERS_KEY = make_key(), make_key(), make_key()


class FakeProvider:
    """Knows one client, and signs whatever `claims` and `header` say. `asked` has the posts to its token endpoint."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.issuer = f"http://127.0.0.1:{server.server_port}"
        self.codes: dict[str, dict[str, Any]] = {}
        self.asked: list[dict[str, str]] = []
        self.fetched: list[str] = []
        self.key, self.kid, self.down = THEIR_KEY, "first", False
        self.configuration: dict[str, Any] = {}

    def configure(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return {"issuer": self.issuer, **{n: self.issuer + p for n, p in paths.items()}, **self.configuration}

    def publish(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": self.kid, "use": "sig"}]}

    def sign(self, claims: dict[str, Any], key: Any = None, algorithm: str = "RS256", kid: str | None = None) -> str:
        return jwt.encode(claims, key or self.key, algorithm, headers={"kid": kid or self.kid})

    def build_claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, **more}
        return {name: value for name, value in claims.items() if value is not None}

    def come_back(self, asked: str, token: str = "", **claims: Any) -> str:
        """The address that the browser is sent back to by somebody who signed in here; `claims` are of the ID token."""
        query = dict(parse_qsl(urlsplit(asked).query))
        code = secrets.token_urlsafe()
        given = {"nonce": query["nonce"], "acr": query.get("acr_values", "").split(" ")[0] or None} | claims
        token = token or self.sign(self.build_claims(**given))
        self.codes[code] = {"challenge": query["code_challenge"], "token": token}
        return urlsplit(query["redirect_uri"]).path + "?" + urlencode({"code": code, "state": query["state"]})

    def give_tokens(self, posted: dict[str, str]) -> dict[str, Any] | None:
        """A code works once, for whoever knows the verifier of PKCE (RFC 7636)."""
        self.asked.append(posted)
        kept = self.codes.pop(posted.get("code", ""), {})
        digest = hashlib.sha256(posted.get("code_verifier", "").encode()).digest()
        right = kept.get("challenge") == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return {"access_token": "a", "token_type": "Bearer", "id_token": kept["token"]} if right else None


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    class Handler(BaseHTTPRequestHandler):
        def reply(self, body: Any, status: int = 200) -> None:
            data = json.dumps(body).encode()
            self.send_response(503 if provider.down else status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            provider.fetched.append(self.path)
            self.reply(provider.publish() if self.path == "/keys" else provider.configure())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            posted = {name: values[0] for name, values in parse_qs(body).items()}
            given = provider.give_tokens(posted | {"header": self.headers.get("Authorization", "")})
            self.reply(given or {"error": "invalid_grant"}, 200 if given else 400)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    provider = FakeProvider(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def connect(provider: FakeProvider, *agencies: Agency, **columns: Any) -> IdentityProvider:
    given = {"slug": "cis2", "name": "NHS Care Identity", "authentication": ClientAuthentication.KEY} | columns
    row = IdentityProvider.objects.create(issuer=provider.issuer, client_id=CLIENT_ID, **given)
    row.agencies.set(agencies)
    return row


def leave(client: Client, slug: str = "cis2", **posted: str) -> str:
    """Presses the button on our page; where the browser goes then."""
    response = client.post(reverse("oidc_login", args=[slug]), posted)
    assert response.status_code == 200
    return response["Refresh"].partition("url=")[2]
