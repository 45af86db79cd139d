"""What do people, devices, sessions and duty look like on the wire and to the rules?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.kernel.geo import Point
from backend.kernel.limits import CurrencyCode, Instant

Language = Literal["zh-CN", "en"]
Login = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
TeamName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Zone = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Token = Annotated[str, msgspec.Meta(min_length=20, max_length=100)]
TeamIds = Annotated[list[UUID], msgspec.Meta(max_length=50)]

BODY_BYTES_MAX = 16 * 2**10
"""Nothing that identity reads is longer; half of its routes are open to whoever comes."""

DEVICES_A_USER_MAX = 10
PASSWORD_LENGTH_MIN = 10
PASSWORD_DISTINCT_MIN = 5


class UserRole(StrEnum):
    """What somebody is in the house; the permissions follow from it."""

    COLLECTOR = "collector"
    CALLER = "caller"
    LEAD = "lead"
    RISK = "risk"
    COMPLIANCE = "compliance"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMIN = "admin"
    AGENCY = "agency"
    CLIENT = "client"


class TeamKind(StrEnum):
    """Where a team works."""

    FIELD = "field"
    DESK = "desk"


class WayIn(StrEnum):
    """What a new person is given: a password that is shown once, or a link that signs in once."""

    PASSWORD = "password"  # noqa: S105 - the name of a choice
    LINK = "link"


class Act(msgspec.Struct, frozen=True):
    """By whom and when something is done; nobody (`actor_id` null) is the operator at the command line."""

    tenant_id: UUID
    actor_id: UUID | None
    device_id: UUID | None
    at: datetime


class DeviceProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a challenge: base64 of r || s (64 bytes, as WebCrypto signs) over `rules.proof_text`."""

    nonce: Annotated[str, msgspec.Meta(min_length=20, max_length=64)]
    signature: Annotated[str, msgspec.Meta(min_length=86, max_length=88)]


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name and password; a registered device adds its id and proof, and is then never locked out by strangers."""

    login: Login
    password: Password
    device_id: UUID | None = None
    proof: DeviceProof | None = None


class LinkSignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token of a one-time link, which the page took from the fragment of its address."""

    token: Token


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person's own new password; the old one proves that it is the person. After a link there may be none."""

    old_password: Annotated[str, msgspec.Meta(max_length=200)]
    new_password: Password


class LanguageChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which language the server speaks to this person (pushed notices, mail)."""

    language: Language


class TeamView(msgspec.Struct, frozen=True):
    """A team."""

    id: UUID
    name: str
    kind: TeamKind


class TeamPage(msgspec.Struct, frozen=True):
    """All teams that the asker may see."""

    teams: list[TeamView]


class WhoAmI(msgspec.Struct, frozen=True):
    """Who is signed in, and what the screens may offer. `device_id` is null until this browser has registered.

    With `owes_code` a second step opens the rest; from `enrol_by` on (UTC) a second factor must be set up first.
    `has_watermark`: screens with personal data carry who looks at them, and when.
    """

    user_id: UUID
    login: str
    name: str
    role: UserRole
    permissions: list[str]
    reach: str
    language: Language
    zone: str
    tenant_id: UUID
    tenant_code: str
    tenant_name: str
    currency: str
    teams: list[TeamView]
    device_id: UUID | None
    shift_start_minute: int
    shift_end_minute: int
    expires_at: datetime
    owes_code: bool
    enrol_by: datetime | None
    has_watermark: bool


class PinProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a PIN leads to on the phone: 32 bytes, base64, from which neither the PIN nor the key can be read."""

    verifier: Annotated[str, msgspec.Meta(min_length=43, max_length=44)]


class NewLock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the new PIN leads to, and, to change a PIN without signing in again, what the old one leads to."""

    verifier: Annotated[str, msgspec.Meta(min_length=43, max_length=44)]
    old_verifier: Annotated[str, msgspec.Meta(min_length=43, max_length=44)] | None = None


class LockShare(msgspec.Struct, frozen=True):
    """The server's half of the key (32 bytes, base64), until when the phone may keep it in memory (UTC), and where.

    With `may_start_cold` the lender also allows it on the phone's storage until then. `opening` goes with each request
    that reads, in the header X-Rounds-Open, and is never stored.
    """

    share: str
    lease_until: datetime
    may_start_cold: bool
    opening: str


class Lease(msgspec.Struct, frozen=True):
    """Until when a phone that a passkey opens may be read without asking the server again (UTC).

    `opening` goes with each request that reads, in the header X-Rounds-Open, and is never stored.
    """

    lease_until: datetime
    may_start_cold: bool
    opening: str


class NewDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A phone or browser with the public half of a key that it cannot export (SPKI DER of P-256, base64)."""

    id: UUID
    label: Label
    public_key: Annotated[str, msgspec.Meta(min_length=80, max_length=400)]


class DeviceView(msgspec.Struct, frozen=True):
    """A device and its health, as it said at its last contact."""

    id: UUID
    user_id: UUID
    user_name: str
    label: str
    registered_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
    app_version: str
    unsent_count: int
    clock_offset_ms: int


class DevicePage(msgspec.Struct, frozen=True):
    """Devices in the order of their ids; `next` is the `after` of the following page, or null."""

    devices: list[DeviceView]
    next: UUID | None


class DeviceRevocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a device may no longer come in."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Challenge(msgspec.Struct, frozen=True):
    """A nonce that a device may sign once before `expires_at`."""

    nonce: str
    expires_at: datetime


class DeviceOnFile(msgspec.Struct, frozen=True):
    """What the rules need to know of a device."""

    id: UUID
    user_id: UUID
    public_key: bytes
    revoked_at: datetime | None


class NewTenant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lender to be."""

    code: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")]
    name: PersonName
    zone: Zone
    currency: CurrencyCode
    language: Language


class NewTeam(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A team to be."""

    name: TeamName
    kind: TeamKind


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be changed about a person without touching what the person may do; minutes from local midnight."""

    name: PersonName
    language: Language
    zone: Zone
    shift_start_minute: Annotated[int, msgspec.Meta(ge=0, le=1439)]
    shift_end_minute: Annotated[int, msgspec.Meta(ge=1, le=1440)]
    start_point: Point | None
    end_point: Point | None


class NewUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person to be."""

    login: Login
    role: UserRole
    team_ids: TeamIds
    profile: Profile


class UserRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person to be, and what the administrator wants to hand over."""

    user: NewUser
    way_in: WayIn


class RoleChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The new role."""

    role: UserRole


class TeamsChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All teams of a person from now on."""

    team_ids: TeamIds


class UserView(msgspec.Struct, frozen=True):
    """A person, as administrators and leads see one."""

    id: UUID
    login: str
    name: str
    role: UserRole
    language: Language
    zone: str
    shift_start_minute: int
    shift_end_minute: int
    is_active: bool
    team_ids: list[UUID]


class UserPage(msgspec.Struct, frozen=True):
    """People in the order of their ids; `next` is the `after` of the following page, or null."""

    users: list[UserView]
    next: UUID | None


class Handover(msgspec.Struct, frozen=True):
    """What an administrator passes on, shown this once: a password, or a link with the end of its life."""

    user_id: UUID
    password: str | None
    link: str | None
    expires_at: datetime | None


class PlaceReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where somebody on duty is; it replaces the place before, no track is kept."""

    place: Point
    at: Instant
