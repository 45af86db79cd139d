"""What do those who watch over the law see? Exceptions, stops, packs, calendars, verdicts made again, texts linted."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.compliance.calendars import PlaceView
from backend.compliance.schemas import CollectorKind, Lacks, Says, Template, Verdict
from backend.compliance.text_lint import Found, NoteWarning

LINTED_CHARACTERS_MAX = 20_000


class ExceptionSort(StrEnum):
    """What waits for a decision: a contact that would have been held back, or a note that says too much."""

    CONTACT = "contact"
    NOTE = "note"


class ExceptionState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    EXPLAINED = "explained"
    UPHELD = "upheld"


class ExceptionRow(msgspec.Struct, frozen=True):
    """One line of the list of exceptions."""

    id: UUID
    sort: ExceptionSort
    state: ExceptionState
    case_id: UUID
    case_number: str
    obligor_name: str
    channel: str
    source_id: UUID
    verdict_id: UUID | None
    rule_ids: list[str]
    user_id: UUID | None
    user_name: str | None
    happened_at: datetime
    reason: str
    decided_by_name: str | None
    decided_at: datetime | None


class Exceptions(msgspec.Struct, frozen=True):
    """Exceptions, the latest first; `is_cut`: there are more than are shown. `rules`: how many are open by rule id."""

    items: list[ExceptionRow]
    is_cut: bool
    rules: dict[str, int]


class RuleWords(msgspec.Struct, frozen=True):
    """What a rule says to people, where it comes from and how sure that is (P, S, K, H)."""

    id: str
    zh: str
    en: str
    source: str
    confidence: str
    pack_id: str


class VerdictFile(msgspec.Struct, frozen=True):
    """A verdict with all it saw, the words of the law of then, and whether it comes out again from its record alone.

    `situation` and `history` are as the gate reads them, without what is at its default. Without `faults` it agrees;
    `again` is null where something of the record is missing.
    """

    id: UUID
    situation: dict[str, object]
    history: list[dict[str, object]] | None
    verdict: Verdict
    rules: list[RuleWords]
    law: str
    again: Verdict | None
    faults: list[str]


class ExceptionFile(msgspec.Struct, frozen=True):
    """An exception opened: its verdict, or the note with what was found in it."""

    row: ExceptionRow
    verdict: VerdictFile | None
    note: str | None
    found: list[NoteWarning]
    rules: list[RuleWords]


class StopRow(msgspec.Struct, frozen=True):
    """Something that stands against contacts now: who raised it, why, and until when."""

    id: UUID
    kind: str
    case_id: UUID
    case_number: str
    obligor_name: str
    person: str | None
    channel: str | None
    place: str | None
    since: datetime
    until: datetime | None
    source: str | None
    reason: str
    made_by_name: str | None


class StopList(msgspec.Struct, frozen=True):
    """What stands now, the latest first; `is_cut`: there is more than is shown."""

    items: list[StopRow]
    is_cut: bool


class RuleView(msgspec.Struct, frozen=True):
    """A rule id of a pack: its words, and which kinds of test stand behind it."""

    id: str
    kinds: list[str]
    severities: list[str]
    zh: str
    en: str
    source: str
    confidence: str


class PackView(msgspec.Struct, frozen=True):
    """A pack of law: modelled on the texts that it names, certified by nobody."""

    pack_id: str
    version: str
    status: str
    effective_from: date
    effective_to: date | None
    modelled_on: str
    sha256: str
    jurisdictions: list[str]
    rules: list[RuleView]


class LawView(msgspec.Struct, frozen=True):
    """The law as it is applied today."""

    as_of: date
    packs: list[PackView]
    calendars: list[PlaceView]


class LintWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A script or template that somebody writes; `language` is that of its reader."""

    text: Annotated[str, Meta(max_length=LINTED_CHARACTERS_MAX)]
    language: Annotated[str, Meta(pattern="^(zh|en)$")]
    speaker: CollectorKind
    template: Template | None


class Linted(msgspec.Struct, frozen=True):
    """What a text says and lacks, where, and what the rules that look at it say."""

    says: list[Says]
    lacks: list[Lacks]
    found: list[Found]
    is_cut: bool
    is_safe_for_third_person: bool
    rules: list[RuleWords]
