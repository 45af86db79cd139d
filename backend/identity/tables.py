"""Who is who, as rows?"""

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geography, WKBElement
from sqlalchemy import ARRAY, FetchedValue, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class Tenant(Base):
    """A lender, walled off from every other."""

    __tablename__ = "tenants"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    zone: Mapped[str]
    currency: Mapped[str]
    language: Mapped[str]
    phone_lease_hours: Mapped[int] = mapped_column(server_default=FetchedValue())
    may_start_cold: Mapped[bool] = mapped_column(server_default=FetchedValue())
    originals: Mapped[str] = mapped_column(server_default=FetchedValue())
    has_watermark: Mapped[bool] = mapped_column(server_default=FetchedValue())
    deletion: Mapped[str] = mapped_column(server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Team(Base):
    """People who work one stock of cases, in the field or at the desk."""

    __tablename__ = "teams"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[str]


class User(Base):
    """Somebody who signs in; minutes of the shift count from local midnight in `zone`."""

    __tablename__ = "users"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    login: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    language: Mapped[str]
    zone: Mapped[str]
    password_hash: Mapped[str | None]
    start_point: Mapped[WKBElement | None] = mapped_column(Geography("POINT", 4326, spatial_index=False))
    end_point: Mapped[WKBElement | None] = mapped_column(Geography("POINT", 4326, spatial_index=False))
    shift_start_minute: Mapped[int] = mapped_column(server_default=FetchedValue())
    shift_end_minute: Mapped[int] = mapped_column(server_default=FetchedValue())
    is_active: Mapped[bool] = mapped_column(server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    factors_reset_at: Mapped[datetime | None]


class TeamMember(Base):
    """Who is in which team."""

    __tablename__ = "team_members"
    tenant_id: Mapped[UUID]
    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)


class Device(Base):
    """A phone or browser that registered its key; it may be revoked, never deleted."""

    __tablename__ = "devices"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    label: Mapped[str]
    public_key: Mapped[bytes]
    registered_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    app_version: Mapped[str] = mapped_column(server_default=FetchedValue())
    last_seq: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    unsent_count: Mapped[int] = mapped_column(server_default=FetchedValue())
    clock_offset_ms: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    lock_settled_at: Mapped[datetime | None]


class DeviceHealth(Base):
    """What a device last said of itself; it replaces what it said before."""

    __tablename__ = "device_health"
    tenant_id: Mapped[UUID]
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]
    app_version: Mapped[str]
    clock_offset_ms: Mapped[big_int]
    unsent_items: Mapped[int]
    unsent_photos: Mapped[int]
    oldest_unsent_at: Mapped[datetime | None]
    used_bytes: Mapped[big_int | None]
    quota_bytes: Mapped[big_int | None]
    is_persistent: Mapped[bool | None]
    lock_method: Mapped[str]
    push: Mapped[str]


class DeviceLock(Base):
    """The server's half of the key that opens a phone; spent, and empty, after the eighth wrong PIN."""

    __tablename__ = "device_locks"
    tenant_id: Mapped[UUID]
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    share: Mapped[bytes | None]
    verifier: Mapped[bytes | None]
    tries_left: Mapped[int]
    made_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]


class Duty(Base):
    """One stretch on duty; the place is kept only while it lasts."""

    __tablename__ = "duties"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    place: Mapped[WKBElement | None] = mapped_column(Geography("POINT", 4326, spatial_index=False))
    place_at: Mapped[datetime | None]


class SignInName(Base):
    """Which user a login name means, read before a tenant is known."""

    __tablename__ = "sign_in_names"
    login: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]


class SignInFailure(Base):
    """How often sign-in failed, by the hash of a login name (known or not) or of a device."""

    __tablename__ = "sign_in_failures"
    key: Mapped[bytes] = mapped_column(primary_key=True)
    failed_count: Mapped[int]
    failed_at: Mapped[datetime]


class DeviceChallenge(Base):
    """A nonce that a device may sign once."""

    __tablename__ = "device_challenges"
    nonce_hash: Mapped[bytes] = mapped_column(primary_key=True)
    device_id: Mapped[UUID]
    expires_at: Mapped[datetime]


class Session(Base):
    """One signed-in browser, by the hash of its token."""

    __tablename__ = "sessions"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    role: Mapped[str]
    reach: Mapped[str]
    team_ids: Mapped[list[UUID]]
    device_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    is_locked: Mapped[bool] = mapped_column(server_default=FetchedValue())
    may_leave: Mapped[list[bytes] | None] = mapped_column(ARRAY(LargeBinary))
    owes_code: Mapped[bool] = mapped_column(server_default=FetchedValue())
    enrol_by: Mapped[datetime | None]


class SessionOpening(Base):
    """What lets a session of a locked phone read, by the hash of a secret that only the open page holds."""

    __tablename__ = "session_openings"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_hash: Mapped[bytes]
    opened_at: Mapped[datetime]
    open_until: Mapped[datetime]


class SignInLink(Base):
    """A link that signs in once."""

    __tablename__ = "sign_in_links"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SecondFactorPolicy(Base):
    """What a lender demands of a role beside the password, and how many days people have to follow."""

    __tablename__ = "second_factor_policies"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    demand: Mapped[str]
    grace_days: Mapped[int]
    set_at: Mapped[datetime]


class TotpFactor(Base):
    """The secret that a person's app shares with us, encrypted; the newest code that was taken is never taken again."""

    __tablename__ = "totp_factors"
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret: Mapped[bytes]
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[big_int] = mapped_column(server_default=FetchedValue())


class RecoveryCode(Base):
    """One of ten codes on paper; each opens once."""

    __tablename__ = "recovery_codes"
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """The public half of a passkey; with a device it also opens that phone."""

    __tablename__ = "passkeys"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    credential_id: Mapped[bytes]
    public_key: Mapped[bytes]
    sign_count: Mapped[big_int]
    label: Mapped[str]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CompanySignIn(Base):
    """The lender's own OpenID provider, and which claim of its tokens is a sign-in name here."""

    __tablename__ = "company_sign_ins"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[bytes | None]
    claim: Mapped[str]
    counts_as_second: Mapped[bool]
    set_at: Mapped[datetime]


class CompanySubject(Base):
    """Which person a subject of the provider is, from the first sign-in on."""

    __tablename__ = "company_subjects"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    bound_at: Mapped[datetime]


class CompanyFlow(Base):
    """One way to the provider and back, begun in one browser."""

    __tablename__ = "company_flows"
    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes]
    tenant_id: Mapped[UUID]
    nonce: Mapped[str]
    verifier: Mapped[str]
    expires_at: Mapped[datetime]
