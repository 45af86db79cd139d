"""Is what a passkey says right? Registration and assertion of WebAuthn, read by py_webauthn, without a database.

The person must have been verified (finger, face, screen lock), so that one passkey stands for two factors.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlsplit

import msgspec
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException

from backend.identity.passkey_schemas import AssertionMade, PasskeyFacts, RegistrationMade, Site

_ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]


class _ClientData(msgspec.Struct, frozen=True):
    challenge: str
    origin: str


def site_of(origin: str) -> Site:
    """Return the site of our own origin."""
    parts = urlsplit(origin)
    return Site(rp_id=parts.hostname or "", origin=origin, is_https=parts.scheme == "https")


def nonce_of(client_data: str) -> str | None:
    """Return which nonce of ours was signed; None when there is none in it."""
    told = _client_data(client_data)
    raw = None if told is None else read_base64url(told.challenge)
    try:
        return None if raw is None else raw.decode("ascii")
    except UnicodeDecodeError:
        return None


def _client_data(client_data: str) -> _ClientData | None:
    raw = read_base64url(client_data)
    try:
        return None if raw is None else msgspec.json.decode(raw, type=_ClientData)
    except msgspec.DecodeError:
        return None


def read_base64url(text: str) -> bytes | None:
    """Read base64url without padding; None when it is not."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None


def base64url_text(data: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _origins(site: Site, client_data: str) -> list[str]:
    """Return the origins that count: our own, and on a developer's machine any port of the same host."""
    told = _client_data(client_data)
    if site.is_https or told is None:
        return [site.origin]
    parts = urlsplit(told.origin)
    return [site.origin, told.origin] if (parts.scheme, parts.hostname) == ("http", site.rp_id) else [site.origin]


def read_registration(made: RegistrationMade, nonce: str, site: Site) -> PasskeyFacts | None:
    """Return what is kept of a passkey that was made for this nonce; None when anything of it is not right."""
    credential = {
        "id": made.id,
        "rawId": made.id,
        "type": "public-key",
        "response": {"clientDataJSON": made.client_data, "attestationObject": made.attestation},
    }
    try:
        read = verify_registration_response(
            credential=credential,
            expected_challenge=nonce.encode(),
            expected_rp_id=site.rp_id,
            expected_origin=_origins(site, made.client_data),
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    # ValueError and KeyError: base64, integers and maps that are none, which the library lets through.
    except (WebAuthnException, ValueError, KeyError):
        return None
    return PasskeyFacts(read.credential_id, read.credential_public_key, read.sign_count)


def read_assertion(made: AssertionMade, nonce: str, site: Site, known: PasskeyFacts) -> int | None:
    """Return the passkey's new count when it signed this nonce; None when anything is not right.

    A count that does not grow tells of a copied passkey; those that are kept in a cloud stay at zero.
    """
    credential = {
        "id": made.id,
        "rawId": made.id,
        "type": "public-key",
        "response": {
            "clientDataJSON": made.client_data,
            "authenticatorData": made.authenticator_data,
            "signature": made.signature,
        },
    }
    try:
        read = verify_authentication_response(
            credential=credential,
            expected_challenge=nonce.encode(),
            expected_rp_id=site.rp_id,
            expected_origin=_origins(site, made.client_data),
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError):
        return None
    return read.new_sign_count if read.credential_id == known.credential_id else None
