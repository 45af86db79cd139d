"""How do obligors, people around them, places and accounts lie in the database?"""

from datetime import date
from uuid import UUID

from geoalchemy2 import Geography, WKBElement
from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class Obligor(Base):
    """A person or company that owes."""

    __tablename__ = "obligors"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    external_ref: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    name_sort: Mapped[str]
    id_number: Mapped[str | None]
    language: Mapped[str]
    zone: Mapped[str]
    employer: Mapped[str | None]
    job: Mapped[str | None]
    attributes: Mapped[dict[str, object]] = mapped_column(server_default=FetchedValue())
    row_hash: Mapped[bytes]


class RelatedParty(Base):
    """Somebody beside the obligor, with role, consent and source."""

    __tablename__ = "related_parties"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    external_ref: Mapped[str]
    role: Mapped[str]
    relation: Mapped[str]
    name: Mapped[str]
    consent: Mapped[str]
    source: Mapped[str]
    may_contact: Mapped[bool]
    row_hash: Mapped[bytes]


class ContactPoint(Base):
    """A number or address for messages, of the obligor or of a related party."""

    __tablename__ = "contact_points"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    related_party_id: Mapped[UUID | None]
    kind: Mapped[str]
    value: Mapped[str]
    normal: Mapped[str]
    status: Mapped[str]
    consent: Mapped[str]
    source: Mapped[str]
    may_contact: Mapped[bool]
    row_hash: Mapped[bytes]


class Address(Base):
    """A place at which somebody may be met."""

    __tablename__ = "addresses"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    related_party_id: Mapped[UUID | None]
    kind: Mapped[str]
    line: Mapped[str]
    place: Mapped[WKBElement | None] = mapped_column(Geography("POINT", 4326, spatial_index=False))
    place_source: Mapped[str]
    status: Mapped[str]
    source: Mapped[str]
    row_hash: Mapped[bytes]


class Account(Base):
    """One loan."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    external_ref: Mapped[str]
    kind: Mapped[str]
    product: Mapped[str]
    currency: Mapped[str]
    principal_minor: Mapped[big_int]
    annual_rate_ppm: Mapped[int | None]
    opened_on: Mapped[date | None]
    matures_on: Mapped[date | None]
    status: Mapped[str]
    attributes: Mapped[dict[str, object]] = mapped_column(server_default=FetchedValue())
    row_hash: Mapped[bytes]


class Collateral(Base):
    """What secures an account."""

    __tablename__ = "collateral"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    external_ref: Mapped[str]
    kind: Mapped[str]
    description: Mapped[str]
    value_minor: Mapped[big_int | None]
    currency: Mapped[str]
    row_hash: Mapped[bytes]


class Instalment(Base):
    """One due date of an account and its parts."""

    __tablename__ = "instalments"
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[date]
    principal_minor: Mapped[big_int]
    interest_minor: Mapped[big_int]
    fee_minor: Mapped[big_int]
    row_hash: Mapped[bytes]
