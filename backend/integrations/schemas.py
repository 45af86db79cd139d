"""What is a mapping, a run, a refused row? The shapes that files under `mappings/`, the API and the importer share."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.kernel.limits import CurrencyCode

COLUMNS_MAX = 500
CELL_CHARS_MAX = 32_767
"""What one cell of a spreadsheet can hold; a longer cell is refused."""
ROWS_MAX = 20_000_000
FILE_BYTES_MAX = 2 * 1024**3
SLOTS_MAX = 64
"""How many contacts, addresses, parties, instalments ... one line may carry."""

MappingName = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,59}$")]
ColumnName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition on one column; all that is said must hold. Dates are compared with the day of the book."""

    column: ColumnName
    one_of: list[str] | None = None
    none_of: list[str] | None = None
    is_empty: bool | None = None
    by_as_of: bool | None = None
    format: str = "iso"


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"from_": "from"}):
    """How one field is made: which columns, how they are put together, how the text is read.

    `combine`: join (text), first (the first that is not empty), sum and difference (amounts), days_since (days from a
    date to the day of the book, 0 when it lies ahead). `map` turns texts into codes; what is not in it becomes
    `otherwise`, or the row is refused. When a condition of `when` fails or the cell is empty, `default` stands.
    `unit`: of an amount major, minor, thousand or wan (10,000); of a rate percent, fraction, permille or ppm.
    `only_new` fields are written for new rows and never change a known one.
    """

    from_: list[ColumnName] = []
    constant: str | None = None
    combine: Literal["join", "first", "sum", "difference", "days_since"] = "join"
    joined_by: str = " "
    prefix: str = ""
    map: dict[str, str] = {}
    otherwise: str | None = None
    default: str = ""
    when: list[When] = []
    format: str = "iso"
    plus_months_of: str | None = None
    unit: Literal["major", "minor", "thousand", "wan", "percent", "fraction", "permille", "ppm"] | None = None
    rounding: Literal["refuse", "half_even", "half_up", "down"] = "refuse"
    at_least_zero: bool = False
    on_bad: Literal["refuse", "empty", "keep"] = "refuse"
    only_new: bool = False


Source = str | Field
"""A field, or just the name of the column it is read from."""
Sources = dict[str, Source]


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that a line may carry several of; absent when its leading field is empty or a condition fails.

    `party` names the slot of `parties` (counted from 1) to which a contact or address belongs; without it (and without
    a field `party_ref`) it is the obligor's.
    """

    fields: Sources
    when: list[When] = []
    party: int | None = None


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the columns of a lender's file become obligors, accounts, balances and the rest.

    A line must have `obligor.external_ref`, or only `account.external_ref` (a file of instalments or payments). Nouns
    that are absent are not touched. `as_of` is the day of the book unless the run or a column says otherwise.
    """

    title: str
    currency: CurrencyCode
    language: Literal["zh-CN", "en"]
    zone: str
    phone_region: str
    source: str = "book"
    as_of: date | None = None
    rows: list[When] = []
    obligor: Sources = {}
    account: Sources = {}
    balance: Sources = {}
    parties: list[Slot] = []
    contacts: list[Slot] = []
    addresses: list[Slot] = []
    collateral: list[Slot] = []
    instalments: list[Slot] = []
    payments: list[Slot] = []


class Flaw(msgspec.Struct, frozen=True):
    """Why a mapping cannot be used: where in it, a code, and what the code speaks about."""

    where: str
    code: str
    value: str


class Refusal(msgspec.Struct, frozen=True):
    """Why a line was not taken: its number (the header is line 1), the column, a code, the cell as it came."""

    line: int
    column: str
    code: str
    value: str
    cells: list[str]


class RunState(StrEnum):
    """Where an import stands; one that was interrupted stays running until somebody goes on with it."""

    UPLOADED = "uploaded"
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class NounCount(msgspec.Struct, frozen=True):
    """What became of the rows of one noun."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0


class Progress(msgspec.Struct, frozen=True):
    """How many lines were read so far and what became of them; each line counts once."""

    rows_read: int = 0
    rows_added: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    rows_skipped: int = 0
    rows_refused: int = 0
    cases_opened: int = 0
    cases_changed: int = 0
    counts: dict[str, NounCount] = {}


class Run(msgspec.Struct, frozen=True):
    """An import as it stands; one that is interrupted says running and nobody works on it.

    The worker goes on with what it began itself; anything else waits to be started again.
    """

    id: UUID
    file_name: str
    byte_count: int
    sha256: str
    state: RunState
    is_interrupted: bool
    mapping_name: str | None
    mapping_version: int | None
    as_of: date | None
    is_dry_run: bool
    rows_total: int | None
    progress: Progress
    failure: str | None
    uploaded_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class StartRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Begin (or go on with) an import: with a saved mapping by name, or with one sent along."""

    mapping_name: MappingName | None = None
    mapping: Mapping | None = None
    as_of: date | None = None
    is_dry_run: bool = False


class SavedMapping(msgspec.Struct, frozen=True):
    """A mapping under its name; version 0 ships with the product."""

    name: str
    version: int
    mapping: Mapping
    saved_at: datetime | None


class RunPage(msgspec.Struct, frozen=True):
    """The newest imports first."""

    runs: list[Run]


class MappingPage(msgspec.Struct, frozen=True):
    """All mappings that can be used: the tenant's own, and those that ship."""

    mappings: list[SavedMapping]


class GuessedField(msgspec.Struct, frozen=True):
    """Which column was taken for which field, and how sure that is (0 to 1)."""

    column: str
    field: str
    confidence: float


class Guess(msgspec.Struct, frozen=True):
    """What a file looks like and which mapping would read it; for the page on which a person corrects it."""

    format: str
    encoding: str
    columns: list[str]
    sample: list[list[str]]
    fits: list[str]
    mapping: Mapping
    guessed: list[GuessedField]
    unused: list[str]
    flaws: list[Flaw]
