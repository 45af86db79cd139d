"""What does a company's own sign-in look like on the wire and to the rules? OpenID Connect, code flow with PKCE."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

Claim = Literal["email", "preferred_username", "upn", "sub"]
"""Which word of the provider is a sign-in name here."""


class CompanySignInSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lender's provider: with `counts_as_second` its own second factor is trusted, and none of ours is asked for."""

    issuer: Annotated[str, msgspec.Meta(min_length=8, max_length=300)]
    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    client_secret: Annotated[str, msgspec.Meta(min_length=1, max_length=400)] | None
    claim: Claim
    counts_as_second: bool


class CompanyOnFile(msgspec.Struct, frozen=True):
    """A provider as it is kept; the secret is encrypted."""

    issuer: str
    client_id: str
    kept_secret: bytes | None
    claim: Claim
    counts_as_second: bool


class CompanyOffer(msgspec.Struct, frozen=True):
    """Whether a company's sign-in is offered, and whether the lender's code must be typed to say which."""

    is_offered: bool
    needs_lender: bool


class CompanyAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which lender's; empty where there is only one."""

    lender: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{0,40}$")]


class CompanyWay(msgspec.Struct, frozen=True):
    """Where the browser goes to sign in."""

    url: str


class CompanyReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With what the browser came back."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    state: Annotated[str, msgspec.Meta(min_length=20, max_length=100)]


class FlowOnFile(msgspec.Struct, frozen=True):
    """What is remembered of a way there until it comes back."""

    tenant_id: UUID
    nonce: str
    verifier: str


class Endpoints(msgspec.Struct, frozen=True):
    """What of a provider's own description is used (OpenID Connect Discovery 1.0, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = []


class Expected(msgspec.Struct, frozen=True):
    """What an ID token must say."""

    issuer: str
    client_id: str
    nonce: str
    claim: Claim


class Vouched(msgspec.Struct, frozen=True):
    """Whom a provider vouches for: its own lasting name, and the sign-in name here."""

    subject: str
    login: str
