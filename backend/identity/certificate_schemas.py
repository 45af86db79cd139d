"""What do certificates of staff look like on the wire, and what follows from their dates?"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, max_length=200)]


class CertificateKind(StrEnum):
    """What somebody has on paper."""

    TRAINING = "training"
    LICENCE = "licence"
    IDENTITY_CARD = "identity_card"
    MANDATE = "mandate"


REQUIRED = (CertificateKind.TRAINING, CertificateKind.LICENCE)
"""Without these nobody gets cases: once somebody has one of a kind on file, one must be valid."""
WARNED_DAYS = 30


class CertificateWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A certificate to be kept; it is valid from `valid_from` until, excluded, `valid_until`."""

    id: UUID
    kind: CertificateKind
    number: Annotated[str, Meta(min_length=1, max_length=100)]
    issuer: Text
    valid_from: date
    valid_until: date


class RevokeWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a certificate is no longer worth anything."""

    reason: Annotated[str, Meta(min_length=1, max_length=400)]


class CertificateView(msgspec.Struct, frozen=True):
    """A certificate on file; `days_left` counts from today of its holder, 0 or less when it is over."""

    id: UUID
    user_id: UUID
    user_name: str
    kind: CertificateKind
    number: str
    issuer: str
    valid_from: date
    valid_until: date
    is_revoked: bool
    days_left: int
    is_warned: bool


class CertificateList(msgspec.Struct, frozen=True):
    """Certificates, those that end first before the others."""

    certificates: list[CertificateView]
