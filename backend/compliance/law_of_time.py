"""What of calendars and clocks does a situation need? One statement for many contacts: rest days, and debts too old."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.calendar import DayKind, SpecialDay

# Whose clock ran out by the day of the last look (`limitation_jobs.py`). A later version of a year holds alone.
KNOWN = """
SELECT (SELECT json_agg(json_build_object('place', place, 'days', days))::text FROM (
        SELECT DISTINCT ON (place, year) place, days FROM calendar_notices
        WHERE tenant_id = $1 AND year BETWEEN $3 - 1 AND $4 + 3 ORDER BY place, year, version DESC) AS n) AS notices,
    (SELECT json_agg(json_build_object('id', account_id, 'ended_on', ends_on))::text FROM limitation_obligations
        WHERE tenant_id = $1 AND is_over AND kind IN ('claim', 'enforcement') AND account_id IS NOT NULL
        AND obligor_id IN (SELECT obligor_id FROM cases WHERE cases.tenant_id = $1 AND cases.id = ANY($2::uuid[]))
        ) AS over
"""


class KnownNotice(msgspec.Struct, frozen=True):
    """The special days of one year of a place."""

    place: str
    days: list[SpecialDay]


class OverClaim(msgspec.Struct, frozen=True):
    """An account whose claim cannot be enforced any more, and the last day on which it could."""

    id: str
    ended_on: date


class KnownByLaw(msgspec.Struct, frozen=True):
    """Calendars and ended clocks around some cases."""

    notices: list[KnownNotice]
    over: list[OverClaim]

    def barred_on(self, day: date) -> frozenset[str]:
        """Return the accounts whose clock had run out before a day."""
        return frozenset(one.id for one in self.over if one.ended_on < day)

    def rest_days(self, places: Collection[str | None], first: date, last: date) -> list[date]:
        """Return the statutory rest days of places between two days, both included; weekends are none of them."""
        return sorted(
            {
                day.on
                for one in self.notices
                if one.place in places
                for day in one.days
                if day.kind is DayKind.REST and first <= day.on <= last
            }
        )


NO_LAW = KnownByLaw(notices=[], over=[])
_NOTICES, _OVER = msgspec.json.Decoder(list[KnownNotice]), msgspec.json.Decoder(list[OverClaim])


async def law_of(
    raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID], at: Sequence[datetime]
) -> KnownByLaw:
    """Return what is known around cases for contacts at these moments."""
    years = [one.year for one in at]
    row = await raw.fetchrow(KNOWN, tenant_id, case_ids, min(years), max(years))
    if row is None:
        return NO_LAW
    return KnownByLaw(notices=_NOTICES.decode(row["notices"] or "[]"), over=_OVER.decode(row["over"] or "[]"))
