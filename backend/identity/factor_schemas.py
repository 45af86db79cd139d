"""What do second factors look like on the wire and to the rules? Codes of an app, codes on paper, passkeys."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from backend.identity.schemas import Label, Password, UserRole

RECOVERY_CODES = 10
PASSKEYS_A_USER_MAX = 20
GRACE_DAYS_MAX = 90

Code = Annotated[str, msgspec.Meta(min_length=6, max_length=40)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Demand(StrEnum):
    """Whether a role has a second factor."""

    OFF = "off"
    OFFERED = "offered"
    REQUIRED = "required"


class StepKind(StrEnum):
    """By what somebody shows a second factor."""

    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"


class Strength(StrEnum):
    """How much somebody showed at the door: one factor, or what stands for two."""

    ONE = "one"
    TWO = "two"


class FactorPolicy(msgspec.Struct, frozen=True):
    """What a lender demands of a role, how many days people have to follow, and since when (UTC)."""

    demand: Demand
    grace_days: int
    set_at: datetime


class PolicyChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The policy of a role from now on."""

    role: UserRole
    demand: Demand
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=GRACE_DAYS_MAX)]


class PolicyView(msgspec.Struct, frozen=True):
    """The policy of one role."""

    role: UserRole
    demand: Demand
    grace_days: int


class PolicyPage(msgspec.Struct, frozen=True):
    """The policy of every role."""

    policies: list[PolicyView]


class FactorsOnFile(msgspec.Struct, frozen=True):
    """What somebody could show beside a password, and what is demanded; `passkeys` are those that sign in."""

    has_totp: bool
    passkeys: int
    recovery_left: int
    policy: FactorPolicy
    made_at: datetime
    reset_at: datetime | None


class PasskeyView(msgspec.Struct, frozen=True):
    """A passkey; `opens_device` when it also opens that phone."""

    id: UUID
    label: str
    made_at: datetime
    used_at: datetime | None
    opens_device: UUID | None


class FactorsView(msgspec.Struct, frozen=True):
    """The second factors of the asker; from `enrol_by` on (UTC) everything but sending waits for one."""

    demand: Demand
    has_totp: bool
    recovery_left: int
    passkeys: list[PasskeyView]
    enrol_by: datetime | None


class Owed(msgspec.Struct, frozen=True):
    """What a session still owes: a code of one of these kinds, or a factor to be set up by a moment (UTC)."""

    code_by: list[StepKind]
    enrol_by: datetime | None


class Proving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That it is the person: the password, or null soon after signing in."""

    password: Password | None


class TotpSeed(msgspec.Struct, frozen=True):
    """The secret for an app, as text and as the address that a QR code holds; shown this once."""

    secret: str
    uri: str


class CodeGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code of the app (six digits) or a recovery code."""

    code: Code


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Ten codes, each good once, shown this once; empty when the ones before still hold."""

    codes: list[str]


class FactorsReset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why somebody's second factors are taken away."""

    reason: Reason


class PasskeyLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a passkey is called in the list."""

    label: Label
