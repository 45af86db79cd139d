"""What does a fact of limitation look like on the wire, what proves it, and what is told of a case and its dates?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.compliance.limitation.clock import ObstacleKind
from backend.compliance.limitation.guarantees import GuaranteeKind
from backend.compliance.limitation.proof import FactKind, Proof, Text
from backend.compliance.limitation.watches import Asset, Months, WatchKind
from backend.compliance.schemas import PersonKind

Note = Annotated[str, Meta(max_length=1_000)]
FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2100, 1, 1)


class Sort(StrEnum):
    """What kind of row a fact is."""

    ACT = "act"
    ENDED = "ended"
    OBSTACLE = "obstacle"
    GUARANTEE = "guarantee"
    FREEZE = "freeze"
    RENEWAL = "renewal"
    EXPIRY = "expiry"
    TAKEN_BACK = "taken_back"


class ActBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="act", tag_field="sort"):
    """Something done about the claim: a demand, a suit, an acknowledgement (`limitation/proof.py`)."""

    kind: FactKind
    proof: Proof
    person: Text | None
    due_on: date | None
    gives_up_rest: bool
    is_lost: bool


class EndedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="ended", tag_field="sort"):
    """That a step before a court or office ended; `names` is that step."""

    names: UUID


class ObstacleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="obstacle", tag_field="sort"):
    """What keeps the creditor from acting, from the day of the fact on."""

    kind: ObstacleKind
    removed_on: date | None


class GuaranteeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="guarantee", tag_field="sort"):
    """A guarantee and its period; without a kind it is a general one. The day of the fact is that of the deed."""

    guarantor: Text
    guarantor_kind: PersonKind
    kind: GuaranteeKind | None
    main_due_on: date | None
    agreed_until: date | None
    defence_ended_on: date | None


class FreezeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="freeze", tag_field="sort"):
    """What a court froze on the day of the fact."""

    asset: Asset
    months: Months | None


class RenewalBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="renewal", tag_field="sort"):
    """That a court froze it for longer; `names` is the freeze."""

    names: UUID
    months: Months | None


class ExpiryBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="expiry", tag_field="sort"):
    """A registration or insurance of collateral, and its last day; a later one of its kind takes its place."""

    kind: WatchKind
    ends_on: date


class TakenBackBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="taken_back", tag_field="sort"):
    """That a fact should not have been written; it stays, and counts no longer."""

    names: UUID


Body = ActBody | EndedBody | ObstacleBody | GuaranteeBody | FreezeBody | RenewalBody | ExpiryBody | TakenBackBody


class ProofSource(StrEnum):
    """What proves a fact: a piece of evidence on file, an event of the journal, or a document named in words."""

    EVIDENCE = "evidence"
    DOCUMENT = "document"
    EVENT = "event"


class ProvenBy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The evidence that a fact names: an id, or where the paper lies."""

    kind: ProofSource
    ref: Text


class FactWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact as somebody writes it down; without `account_id` it is about every account of the obligor."""

    id: UUID
    account_id: UUID | None
    on: date
    body: Body
    evidence: ProvenBy
    note: Note


class KnownFact(msgspec.Struct, frozen=True):
    """A fact that stands, with who wrote it down."""

    id: UUID
    account_id: UUID | None
    on: date
    body: Body
    evidence: ProvenBy
    note: str
    made_by: UUID | None
    recorded_at: datetime


class Payment(msgspec.Struct, frozen=True):
    """A payment of the ledger; one that was reversed is not among them."""

    id: UUID
    account_id: UUID
    paid_on: date


class AccountDue(msgspec.Struct, frozen=True):
    """An account with the due dates of its instalments; of one without a schedule its last day alone."""

    id: UUID
    ref: str
    product: str
    due_on: list[date]


class Dossier(msgspec.Struct, frozen=True):
    """All that the clocks of an obligor are computed from."""

    obligor_id: UUID
    case_id: UUID
    debtor_kind: PersonKind
    accounts: list[AccountDue]
    payments: list[Payment]
    facts: list[KnownFact]


class Dated(msgspec.Struct, frozen=True):
    """By when somebody must act: the row that is kept of each clock."""

    subject_id: UUID
    account_id: UUID | None
    kind: str
    act_by: date
    ends_on: date
    state: str
    is_over: bool
    set_by: str | None
    proof: str | None
    open_procedure: str | None
    years_without_data: list[int]
    alerts_days: list[int]


class Step(msgspec.Struct, frozen=True):
    """One event of a clock: what it was, whether it counts, by which rule and why."""

    id: str
    on: date
    kind: str
    proof: str | None
    counts: bool
    rule: str
    why: str


class AlertView(msgspec.Struct, frozen=True):
    """A warning before a date."""

    days_before: int
    on: date
    has_fired: bool


class ClockView(msgspec.Struct, frozen=True):
    """One clock, how it was computed step by step, and what the rules it used say."""

    subject_id: UUID
    account_id: UUID | None
    account_ref: str | None
    kind: str
    state: str
    starts_on: date | None
    act_by: date
    ends_on: date
    long_stop_on: date | None
    is_over: bool
    is_suspended: bool
    set_by: str | None
    proof: str | None
    open_procedure: str | None
    must: str | None
    steps: list[Step]
    alerts: list[AlertView]
    years_without_data: list[int]


class LimitationFile(msgspec.Struct, frozen=True):
    """Everything about the time of a case as of a day; `unknown_accounts` have no due date on file."""

    case_id: UUID
    as_of: date
    place: str | None
    clocks: list[ClockView]
    facts: list[KnownFact]
    payments_count: int
    unknown_accounts: list[str]


class ObligationView(msgspec.Struct, frozen=True):
    """A date by which somebody must act, in the list of all of them."""

    case_id: UUID
    case_number: str
    obligor_name: str
    account_ref: str | None
    subject_id: UUID
    kind: str
    act_by: date
    ends_on: date
    state: str
    is_over: bool
    set_by: str | None
    proof: str | None
    open_procedure: str | None
    years_without_data: list[int]
    alerts_raised: list[int]


class ObligationList(msgspec.Struct, frozen=True):
    """Obligations by date; `is_cut`: there are more than one page shows. `over`: how many claims are too old to sue."""

    as_of: date
    items: list[ObligationView]
    is_cut: bool
    over: int
