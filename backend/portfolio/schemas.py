"""What does a lender say about obligors, people around them, places, accounts? Rows by reference, without ids."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec


class ObligorKind(StrEnum):
    """A person or a company owes."""

    PERSON = "person"
    COMPANY = "company"


class PartyRole(StrEnum):
    """How somebody stands to the debt (vocabulary: related / unrelated third person)."""

    CO_BORROWER = "co_borrower"
    GUARANTOR = "guarantor"
    RELATED = "related"
    UNRELATED = "unrelated"


class Consent(StrEnum):
    """Whether somebody agreed to be contacted."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class ObligorRow(msgspec.Struct, frozen=True, gc=False):
    """An obligor as sent; `attributes` is a JSON object as text."""

    external_ref: str
    kind: str
    name: str
    id_number: str | None
    language: str
    zone: str
    employer: str | None
    job: str | None
    attributes: str


class PartyRow(msgspec.Struct, frozen=True, gc=False):
    """Somebody beside the obligor."""

    obligor_ref: str
    external_ref: str
    role: str
    relation: str
    name: str
    consent: str
    source: str
    may_contact: bool | None


class ContactRow(msgspec.Struct, frozen=True, gc=False):
    """A number or address for messages; `normal` is what two spellings of one number have in common."""

    obligor_ref: str
    party_ref: str | None
    kind: str
    value: str
    normal: str
    status: str
    consent: str
    source: str
    may_contact: bool | None


class AddressRow(msgspec.Struct, frozen=True, gc=False):
    """A place; degrees of WGS-84 or none."""

    obligor_ref: str
    party_ref: str | None
    kind: str
    line: str
    lat: float | None
    lon: float | None
    status: str
    source: str


class AccountRow(msgspec.Struct, frozen=True, gc=False):
    """A loan; the rate is parts per million a year."""

    obligor_ref: str
    external_ref: str
    kind: str
    product: str
    currency: str
    principal_minor: int
    annual_rate_ppm: int | None
    opened_on: date | None
    matures_on: date | None
    status: str
    attributes: str


class CollateralRow(msgspec.Struct, frozen=True, gc=False):
    """What secures an account."""

    account_ref: str
    external_ref: str
    kind: str
    description: str
    value_minor: int | None
    currency: str


class InstalmentRow(msgspec.Struct, frozen=True, gc=False):
    """One due date of a schedule."""

    account_ref: str
    number: int
    due_on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int


class AccountOnFile(msgspec.Struct, frozen=True):
    """What is known of an account before a row about it is written."""

    id: UUID
    obligor_id: UUID
    currency: str


class PartyOnFile(msgspec.Struct, frozen=True):
    """What is known of a related party before a row about it is written."""

    id: UUID
    obligor_id: UUID
    role: str
    consent: str


class Directory(msgspec.Struct, frozen=True):
    """The ids behind the references of a set of rows; filled from the database, then by what is written."""

    obligors: dict[str, UUID]
    parties: dict[str, PartyOnFile]
    accounts: dict[str, AccountOnFile]
    currencies: dict[UUID, str]
    """The currency of the obligors that have an account already: one obligor is one case, one case has one currency."""
