"""Which court freeze, registration or insurance ends when, and was it renewed in time? (CORP-WATCH-01)

A court freezes for no longer than the law allows (interpretation of the CPL, 485); a renewal counts up to the last day
of the freeze, not after it. Rest days move nothing here: a freeze lapses by itself.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from backend.compliance.limitation.dates import WATCH_ALERTS_DAYS, Alert, alerts_before, corresponding_day
from backend.compliance.limitation.proof import Text

RENEWALS_MAX = 100

Months = Annotated[int, Meta(ge=1, le=36)]


class WatchKind(StrEnum):
    """What ends; the first is a term that a court sets."""

    COURT_FREEZE = "court_freeze"
    COLLATERAL_REGISTRATION = "collateral_registration"
    COLLATERAL_INSURANCE = "collateral_insurance"


class Asset(StrEnum):
    """What a court froze."""

    BANK_DEPOSIT = "bank_deposit"
    MOVABLE = "movable"
    REAL_PROPERTY = "real_property"
    OTHER_RIGHT = "other_right"


FREEZE_MONTHS = {Asset.BANK_DEPOSIT: 12, Asset.MOVABLE: 24, Asset.REAL_PROPERTY: 36, Asset.OTHER_RIGHT: 36}


class Renewal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The court's order to go on; `months` absent: as long as the law allows."""

    id: Text
    on: date
    months: Months | None = None


class Freeze(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a court froze on a day; `months` absent: as long as the law allows, for it and for each renewal."""

    asset: Asset
    frozen_on: date
    months: Months | None = None
    renewals: Annotated[list[Renewal], Meta(max_length=RENEWALS_MAX)] = []


class WatchState(StrEnum):
    """`lapsed`: the last day is over."""

    RUNNING = "running"
    LAPSED = "lapsed"


class RenewalWhy(StrEnum):
    """Why a renewal counts (the first two) or does not."""

    RENEWS = "renews"
    CUT_TO_THE_LONGEST_TERM = "cut_to_the_longest_term"
    ENDS_NO_LATER = "ends_no_later"
    AFTER_THE_END = "after_the_end"
    BEFORE_THE_FREEZE = "before_the_freeze"
    LATER_THAN_ASKED = "later_than_asked"


class WeighedRenewal(msgspec.Struct, frozen=True):
    """A renewal with what it did."""

    id: str
    on: date
    counts: bool
    why: RenewalWhy


class Watch(msgspec.Struct, frozen=True):
    """By when something must be renewed (that day included), and what set the date."""

    kind: WatchKind
    renew_by: date
    state: WatchState
    set_by: str | None
    events: list[WeighedRenewal]
    alerts: list[Alert]
    rule: str = "CORP-WATCH-01"


class _Standing(NamedTuple):
    ends_on: date
    set_by: str | None


def freeze_watch(freeze: Freeze, as_of: date) -> Watch:
    """Return until when a freeze holds as of a day; its renewals are taken by date, whatever their order."""
    longest = FREEZE_MONTHS[freeze.asset]
    now = _Standing(corresponding_day(freeze.frozen_on, min(freeze.months or longest, longest)), None)
    events = []
    for renewal in sorted(freeze.renewals, key=lambda one: (one.on, one.id)):
        # Counted from the order, not from the end of the term before: the earlier of the two readings.
        ends_on = corresponding_day(renewal.on, min(renewal.months or longest, longest))
        why = _why(freeze, renewal, now.ends_on, ends_on, as_of)
        counts = why in {RenewalWhy.RENEWS, RenewalWhy.CUT_TO_THE_LONGEST_TERM}
        events.append(WeighedRenewal(renewal.id, renewal.on, counts, why))
        now = _Standing(ends_on, renewal.id) if counts else now
    return _watch(WatchKind.COURT_FREEZE, now, events, as_of)


def expiry_watch(kind: WatchKind, ends_on: date, as_of: date) -> Watch:
    """Return the watch over what simply ends on a day: a registration of collateral, its insurance."""
    return _watch(kind, _Standing(ends_on, None), [], as_of)


def _why(freeze: Freeze, renewal: Renewal, standing_until: date, ends_on: date, as_of: date) -> RenewalWhy:
    if renewal.on > as_of:
        return RenewalWhy.LATER_THAN_ASKED
    if renewal.on < freeze.frozen_on:
        return RenewalWhy.BEFORE_THE_FREEZE
    if renewal.on > standing_until:
        return RenewalWhy.AFTER_THE_END
    if ends_on <= standing_until:
        return RenewalWhy.ENDS_NO_LATER
    is_cut = renewal.months is not None and renewal.months > FREEZE_MONTHS[freeze.asset]
    return RenewalWhy.CUT_TO_THE_LONGEST_TERM if is_cut else RenewalWhy.RENEWS


def _watch(kind: WatchKind, standing: _Standing, events: list[WeighedRenewal], as_of: date) -> Watch:
    return Watch(
        kind=kind,
        renew_by=standing.ends_on,
        state=WatchState.LAPSED if as_of > standing.ends_on else WatchState.RUNNING,
        set_by=standing.set_by,
        events=events,
        alerts=alerts_before(standing.ends_on, WATCH_ALERTS_DAYS, as_of),
    )
