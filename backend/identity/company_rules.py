"""Is what a provider says right, and where may it be asked? Pure functions of values; joserfc reads signatures."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import TypeGuard
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from backend.identity.company_schemas import CompanyOnFile, Endpoints, Expected, Vouched
from backend.identity.passkey_rules import base64url_text
from backend.identity.rules import normal_login

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Only what a public key proves: none is `none`, none is keyed with something that we know too."""

LEEWAY_S = 60
_TEXT_MAX = 300
RETURN_PATH = "/enter/company"


def may_ask(url: str, issuer: str) -> bool:
    """Tell whether a provider may be asked there: by https; without it only a test's own provider on this machine."""
    try:
        parts, home = urlsplit(url), urlsplit(issuer)
    except ValueError:
        return False
    if parts.username is not None or not parts.hostname:
        return False
    if parts.scheme == "https":
        return True
    return parts.scheme == "http" == home.scheme and _is_here(parts.hostname) and _is_here(home.hostname or "")


def is_issuer(issuer: str) -> bool:
    """Tell whether this can be the name of a provider: an address without query and fragment."""
    parts = urlsplit(issuer)
    return may_ask(issuer, issuer) and not parts.query and not parts.fragment


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def pkce_challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64url_text(hashlib.sha256(verifier.encode()).digest())


def way_to(endpoints: Endpoints, company: CompanyOnFile, origin: str, words: Mapping[str, str]) -> str:
    """Return where the browser goes; `words` are state, nonce and the verifier's challenge."""
    asked = {
        "response_type": "code",
        "client_id": company.client_id,
        "redirect_uri": origin + RETURN_PATH,
        "scope": "openid email profile",
        "code_challenge_method": "S256",
        **words,
    }
    joint = "&" if urlsplit(endpoints.authorization_endpoint).query else "?"
    return endpoints.authorization_endpoint + joint + urlencode(asked)


def vouched_by(id_token: str, keys: object, expected: Expected, now: datetime) -> Vouched | None:
    """Return whom an ID token vouches for; None when signature, issuer, audience, time, nonce or claim is not right.

    OpenID Connect Core 1.0, 3.1.3.7; an e-mail address counts only when the provider has verified it.
    """
    if not isinstance(keys, dict):
        return None
    try:
        claims = jwt.decode(id_token, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=ALGORITHMS).claims
        _registry(expected, now).validate(claims)
    # TypeError, KeyError: keys and claims of shapes that the library does not foresee.
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != expected.client_id:
        return None
    if expected.claim == "email" and claims.get("email_verified") is not True:
        return None
    subject, login = claims["sub"], claims.get(expected.claim)
    if not _is_name(subject) or not _is_name(login):
        return None
    return Vouched(subject=subject, login=normal_login(login))


def _is_name(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _TEXT_MAX


def _registry(expected: Expected, now: datetime) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        nonce={"essential": True, "value": expected.nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
