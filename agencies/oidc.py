"""Sign-in by an agency's own OpenID Connect provider: django-allauth's, and what it lacks (OpenID Connect Core 1.0).

What a visitor adds to the address is ignored; each answer is bound to its question by a nonce; the signature of each
token is verified; we prove who we are with a private key; the strength that was asked for must be in the answer; and
who it is, is issuer and subject: we do not even ask for an e-mail address. Tokens are read by PyJWT alone.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from typing import Any, cast

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from requests import RequestException

from agencies.models import ClientAuthentication, IdentityProvider, StepClaim

# Asymmetric only: a public key can never be passed off as a shared secret (RFC 8725, 3.1).
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLOCK_SKEW_SECONDS = 60
KEPT_SECONDS = 60 * 60  # what a provider publishes about itself
KEYS_FRESH_SECONDS = 60  # tokens that name an unknown key have the keys fetched anew this often at most
DOWN_SECONDS = 30  # a provider that does not answer is not asked again meanwhile: each page would wait for it
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
ASSERTION_SECONDS = 60
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523, 2.2
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_LOGOUT_SECONDS = 24 * 60 * 60


# --- What the provider publishes --------------------------------------------------------------------------


def fetch_published(url: str, kept_seconds: int = KEPT_SECONDS) -> dict[str, Any]:
    """The JSON at the address, kept for an hour; raises RequestException, at once where it has just failed."""
    key = f"oidc:{hashlib.sha256(url.encode()).hexdigest()}"
    kept = cache.get(key)
    if kept and time.time() - kept["at"] < kept_seconds:
        return cast("dict[str, Any]", kept["json"])
    if cache.get(f"{key}:down"):
        raise RequestException("It did not answer a moment ago")
    try:
        with get_adapter().get_requests_session() as session:
            response = session.get(url, allow_redirects=False)
            response.raise_for_status()
            found = dict(response.json())
    except (RequestException, ValueError, TypeError) as error:
        cache.set(f"{key}:down", True, DOWN_SECONDS)
        raise RequestException(str(error)) from error
    cache.set(key, {"at": time.time(), "json": found}, KEPT_SECONDS)
    return found


def load_configuration(row: IdentityProvider) -> dict[str, Any]:
    """What the provider says of itself; OAuth2Error where it speaks for another issuer (Discovery 1.0, 4.3), or of
    addresses that are less safe than its own."""
    found = fetch_published(row.discovery_url)
    if found.get("issuer") != row.issuer:
        raise OAuth2Error("The configuration is another issuer's")
    scheme = row.issuer.partition("://")[0]
    if not all(str(found.get(name, "")).startswith((f"{scheme}://", "https://")) for name in ENDPOINTS):
        raise OAuth2Error("The configuration lacks an address")
    return found


def find_key(row: IdentityProvider, token: str) -> Any:
    """The provider's public key that the token names; OAuth2Error where there is none."""
    kid = jwt.get_unverified_header(token).get("kid")
    url = load_configuration(row)["jwks_uri"]
    for kept_seconds in (KEPT_SECONDS, KEYS_FRESH_SECONDS):  # the second time for a key that is new
        keys = jwt.PyJWKSet.from_dict(fetch_published(url, kept_seconds)).keys
        usable = [key for key in keys if key.public_key_use in (None, "sig") and kid in (None, key.key_id)]
        if len(usable) == 1:
            return usable[0].key
    raise OAuth2Error("No such key")


def read_token(row: IdentityProvider, token: str, *required: str) -> dict[str, Any]:
    """The claims of a token that this provider signed for us and that has not run out; else OAuth2Error."""
    try:
        return jwt.decode(
            token,
            find_key(row, token),
            algorithms=ALGORITHMS,
            audience=row.client_id,
            issuer=row.issuer,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["iss", "aud", "iat", "exp", *required]},
        )
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
        raise OAuth2Error(f"The token does not hold: {type(error).__name__}") from error


def read_id_token(row: IdentityProvider, token: str, nonce: str) -> dict[str, Any]:
    """The claims of the ID token that answers our question (OpenID Connect Core 1.0, 3.1.3.7); else OAuth2Error."""
    claims = read_token(row, token, "sub", "nonce")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise OAuth2Error("Another question's answer")
    if claims.get("azp", row.client_id) != row.client_id or (len(audiences) > 1 and "azp" not in claims):
        raise OAuth2Error("Issued to another client")
    if row.step_claim and not row.proves_second_step(claims):
        raise OAuth2Error(f"Asked for {row.step_claim} {row.step_values}, was told {claims.get(row.step_claim)!r}")
    return claims


def read_logout_token(row: IdentityProvider, token: str) -> dict[str, Any]:
    """The claims of a logout token not seen before (OpenID Connect Back-Channel Logout 1.0, 2.6); else OAuth2Error."""
    claims = read_token(row, token, "jti")
    if LOGOUT_EVENT not in (claims.get("events") or {}) or "nonce" in claims or not (claims.keys() & {"sub", "sid"}):
        raise OAuth2Error("No logout token")
    used = f"oidc-logout:{hashlib.sha256((row.issuer + str(claims['jti'])).encode()).hexdigest()}"
    lasts = min(claims["exp"] - time.time() + 2 * CLOCK_SKEW_SECONDS, LONGEST_LOGOUT_SECONDS)
    if not cache.add(used, True, lasts):
        raise OAuth2Error("Used before")
    return claims


# --- There and back: django-allauth's provider ------------------------------------------------------------


class Client(OAuth2Client):
    """Fetches the tokens; with a private key, signs who it is (RFC 7523, section 3)."""

    row: IdentityProvider

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None) -> Any:
        if self.row.authentication == ClientAuthentication.KEY:
            extra_data = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.sign_assertion()}
        try:
            return super().get_access_token(code, pkce_code_verifier=pkce_code_verifier, extra_data=extra_data)
        except (KeyError, ValueError) as error:
            raise OAuth2Error("No tokens in the answer") from error

    def sign_assertion(self) -> str:
        now = int(time.time())
        claims = {"iss": self.row.client_id, "sub": self.row.client_id, "aud": self.access_token_url}
        times = {"jti": str(uuid.uuid4()), "iat": now, "exp": now + ASSERTION_SECONDS}
        headers = {"kid": self.row.key_id} if self.row.key_id else None
        try:
            return jwt.encode(claims | times, self.row.read_secret(), self.row.key_algorithm, headers=headers)
        except (jwt.PyJWTError, ValueError, TypeError, NotImplementedError) as error:
            raise OAuth2Error(f"Our key cannot sign: {self.row.secret_variable}") from error


def publish_keys(row: IdentityProvider) -> dict[str, Any]:
    """Our public key, as the provider fetches it (RFC 7517): none where we have a secret instead, or no key yet."""
    keys: list[dict[str, Any]] = []
    if row.authentication == ClientAuthentication.KEY and row.read_secret():
        algorithm = cast("Any", jwt.get_algorithm_by_name(row.key_algorithm))
        public = algorithm.to_jwk(algorithm.prepare_key(row.read_secret()).public_key(), as_dict=True)
        keys = [public | {"kid": row.key_id, "use": "sig", "alg": row.key_algorithm}]
    return {"keys": keys}


class Adapter(OpenIDConnectOAuth2Adapter):
    """One trip to one provider."""

    client_class = Client
    nonce = ""

    def __init__(self, request: HttpRequest, provider: Provider) -> None:
        super().__init__(request, provider.row.slug)
        self.provider, self.row = provider, provider.row

    def get_provider(self) -> Provider:
        return self.provider

    @property
    def openid_config(self) -> dict[str, Any]:
        return load_configuration(self.row)

    @property
    def basic_auth(self) -> bool:
        return self.row.authentication == ClientAuthentication.BASIC

    def get_client(self, request: HttpRequest, app: SocialApp) -> Client:
        client: Client = super().get_client(request, app)
        client.row = self.row
        return client

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """On the place's own address, whatever host name the request carried."""
        return str(settings.PLACE["base_url"]) + reverse("oidc_callback", args=[self.row.slug])

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Client, pkce_code_verifier: str | None = None
    ) -> Any:
        self.nonce = derive_nonce(pkce_code_verifier or "")
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        claims = read_id_token(self.row, str(kwargs["response"].get("id_token", "")), self.nonce)
        login: SocialLogin = self.provider.sociallogin_from_response(request, claims)
        return login


def derive_nonce(code_verifier: str) -> str:
    """The nonce is a digest of a secret that the session keeps, that of PKCE (OpenID Connect Core 1.0, 15.5.2)."""
    return hashlib.sha256(f"nonce {code_verifier}".encode()).hexdigest()


class Provider(OpenIDConnectProvider):
    """An IdentityProvider as django-allauth wants it."""

    oauth2_adapter_class = Adapter
    pkce_enabled_default = True

    def __init__(self, request: HttpRequest, app: SocialApp, row: IdentityProvider) -> None:
        super().__init__(request, app=app)
        self.row = row

    @property
    def sub_id(self) -> str:
        """What an account is kept under, beside the subject: the issuer."""
        return self.row.issuer

    def get_oauth2_adapter(self, request: HttpRequest) -> Adapter:
        return Adapter(request, self)

    def get_scope(self) -> list[str]:
        return ["openid"]  # no name, no e-mail address: we need none

    def get_auth_params(self) -> dict[str, str]:
        """How strongly they must sign in there."""
        if self.row.step_claim == StepClaim.ACR:
            return {"acr_values": self.row.step_values}
        if self.row.step_claim == StepClaim.ACRS:
            asked = {"essential": True, "values": self.row.step_values.split()}
            return {"claims": json.dumps({"id_token": {"acrs": asked}})}
        return {}

    def send_there(self, request: HttpRequest, **kept: Any) -> str:
        """The address to send the visitor to; what is `kept` is there when they come back. Raises OAuth2Error and
        RequestException where the provider does not answer."""
        adapter = self.get_oauth2_adapter(request)
        params = self.get_auth_params() | self.get_pkce_params()
        verifier = params.pop("code_verifier")
        client = adapter.get_client(request, self.app)
        authorize_url = adapter.authorize_url
        client.state = self.stash_redirect_state(request, pkce_code_verifier=verifier, **kept)
        params["nonce"] = derive_nonce(verifier)
        return str(client.get_redirect_url(authorize_url, self.get_scope(), params))

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []

    def sociallogin_from_response(self, request: HttpRequest, response: dict[str, Any]) -> SocialLogin:
        login: SocialLogin = super().sociallogin_from_response(request, response)
        login.door = build_door(self.row, response)
        return login

    def serialize(self) -> dict[str, Any]:
        return {"id": self.row.issuer, "app.client_id": self.row.client_id}


def build_provider(request: HttpRequest, row: IdentityProvider) -> Provider:
    """As django-allauth wants it; what is secret comes from the environment now, and is kept nowhere."""
    secret = "" if row.authentication == ClientAuthentication.KEY else row.read_secret()
    app = SocialApp(provider=Provider.id, provider_id=row.slug, name=row.name, client_id=row.client_id, secret=secret)
    return Provider(request, app, row)


def build_door(row: IdentityProvider, claims: dict[str, Any]) -> dict[str, Any]:
    """What a session remembers of the provider it was opened by."""
    return {
        "slug": row.slug,
        "issuer": row.issuer,
        "subject": str(claims["sub"]),
        "sid": str(claims.get("sid", "")),
        "second_step": bool(row.step_claim),
        "agencies": sorted(str(pk) for pk in row.agencies.order_by().values_list("pk", flat=True)),
    }
