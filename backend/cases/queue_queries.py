"""All SQL of the desk's queue: its head, the next case for one person alone, and what the gate said of a case."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.desk_schemas import Blocked, QueueRow
from backend.cases.list_queries import COLUMNS, JOINS, Desk, case_row
from backend.cases.rest import FOUR_HOURS, RESTS
from backend.kernel.limits import PAGE_SIZE_MAX

CALLABLE_STATES = ("new", "in_grace", "active", "promise", "plan")
AGREED_MAX = 2_000
_STATES = ", ".join(f"'{state}'" for state in CALLABLE_STATES)
# $1 tenant, $2 user, $3 now, $4 teams of the desk, $5 teams of the field (a lead without a desk), $6 minutes of rest by
# result, $7 zones in which nobody may be called now, $8 obligors who may have agreed otherwise.
_IN_QUEUE = """
c.tenant_id = $1 AND c.closed_at IS NULL
AND (c.desk_team_id = ANY($4::uuid[]) OR c.team_id = ANY($5::uuid[]))
"""
_PROMISE_WAITS = """EXISTS (SELECT 1 FROM promises w WHERE w.case_id = c.id AND w.state = 'open'
    AND w.due_on > ($3::timestamptz AT TIME ZONE o.zone)::date)"""
_LEASED = "EXISTS (SELECT 1 FROM case_leases l WHERE l.case_id = c.id AND l.user_id <> $2 AND l.leased_until > $3)"
_REST = "make_interval(mins => coalesce(($6::text::jsonb ->> c.last_result)::int, {minutes}))"
_REST_ENDS = f"c.last_attempt_at + {_REST.format(minutes=FOUR_HOURS)}"
_HELD = """EXISTS (SELECT 1 FROM call_openings g WHERE g.tenant_id = $1 AND g.case_id = c.id
    AND g.look_again_at > $3)"""
_NUMBER = """EXISTS (SELECT 1 FROM contact_points k WHERE k.tenant_id = $1 AND k.obligor_id = c.obligor_id
    AND k.kind IN ('mobile', 'phone') AND k.may_contact AND k.status NOT IN ('dead', 'wrong', 'stopped'))"""
_BY_DAY = "(o.zone <> ALL($7::text[]) OR c.obligor_id = ANY($8::uuid[]))"
_OPEN = f"""
c.state IN ({_STATES}) AND (c.last_attempt_at IS NULL OR {_REST_ENDS} <= $3)
AND {_BY_DAY} AND NOT {_PROMISE_WAITS} AND NOT {_LEASED} AND NOT {_HELD} AND {_NUMBER}
"""
# FOR NO KEY UPDATE SKIP LOCKED keeps two pulls of the same moment apart; a pull whose snapshot is older than the
# other's commit finds the lease by its primary key, gets no row back and looks again.
TAKE_NEXT = f"""
WITH picked AS (
    SELECT c.id FROM cases c JOIN obligors o ON o.id = c.obligor_id
    WHERE {_IN_QUEUE} AND {_OPEN} AND c.id <> ALL($10::uuid[])
    ORDER BY c.score DESC, c.id LIMIT 1 FOR NO KEY UPDATE OF c SKIP LOCKED),
leased AS (
    INSERT INTO case_leases (case_id, tenant_id, user_id, leased_until) SELECT id, $1, $2, $9 FROM picked
    ON CONFLICT (case_id) DO UPDATE SET user_id = excluded.user_id, leased_until = excluded.leased_until
        WHERE case_leases.leased_until <= $3
    RETURNING case_id)
SELECT (SELECT id FROM picked) AS picked_id, (SELECT case_id FROM leased) AS leased_id
"""
CANDIDATES = f"""
SELECT c.id FROM cases c JOIN obligors o ON o.id = c.obligor_id WHERE {_IN_QUEUE} AND {_OPEN}
ORDER BY c.score DESC, c.id LIMIT $9
"""
HEAD = f"""
SELECT {COLUMNS}, l.leased_until, leaser.id AS leased_by, leaser.name AS leased_to,
    c.state NOT IN ({_STATES}) AS is_state, {_PROMISE_WAITS} AS is_promise_waiting,
    CASE WHEN {_REST_ENDS} > $3 THEN {_REST_ENDS} END AS rests_until, $2::uuid AS me,
    NOT {_BY_DAY} AS is_night, NOT {_NUMBER} AS is_without_number,
    CASE WHEN g.look_again_at > $3 THEN g.rule_ids END AS held_by, g.opens_at AS held_until
FROM cases c {JOINS}
LEFT JOIN case_leases l ON l.case_id = c.id AND l.leased_until > $3
LEFT JOIN users leaser ON leaser.id = l.user_id
LEFT JOIN call_openings g ON g.tenant_id = $1 AND g.case_id = c.id
WHERE {_IN_QUEUE} ORDER BY c.score DESC, c.id LIMIT $9
"""
WAITING_MAX = 1000
WAITING = f"""
SELECT count(*) FROM (SELECT 1 FROM cases c JOIN obligors o ON o.id = c.obligor_id
    WHERE {_IN_QUEUE} AND {_OPEN} LIMIT {WAITING_MAX}) waiting
"""
HOURS = f"""
SELECT find_zones() AS zones, coalesce((SELECT array_agg(obligor_id) FROM (SELECT DISTINCT obligor_id
    FROM contact_agreements WHERE tenant_id = $1 LIMIT {AGREED_MAX}) agreed), '{{}}') AS agreed
"""
# The number that the desk proposes: the client's own first, of those that are known to lead somewhere.
FIRST_NUMBERS = """
SELECT asked.case_id, point.id FROM unnest($2::uuid[]) AS asked (case_id)
JOIN cases c ON c.id = asked.case_id AND c.tenant_id = $1
LEFT JOIN LATERAL (SELECT k.id FROM contact_points k WHERE k.tenant_id = $1 AND k.obligor_id = c.obligor_id
    AND k.kind IN ('mobile', 'phone') AND k.may_contact AND k.status NOT IN ('dead', 'wrong', 'stopped')
    ORDER BY k.related_party_id IS NOT NULL, k.id LIMIT 1) AS point ON true
"""
HOLD = """
INSERT INTO call_openings (tenant_id, case_id, opens_at, look_again_at, rule_ids, judged_at)
SELECT $1, case_id, opens_at, look_again_at, string_to_array(rule_ids, ' '), $6
FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[])
    AS new (case_id, opens_at, look_again_at, rule_ids)
ORDER BY case_id
ON CONFLICT (tenant_id, case_id) DO UPDATE SET opens_at = excluded.opens_at, look_again_at = excluded.look_again_at,
    rule_ids = excluded.rule_ids, judged_at = excluded.judged_at
"""
TAKE_LEASE = """
INSERT INTO case_leases (case_id, tenant_id, user_id, leased_until) VALUES ($2, $1, $3, $5)
ON CONFLICT (case_id) DO UPDATE SET user_id = excluded.user_id, leased_until = greatest(excluded.leased_until,
        CASE WHEN case_leases.user_id = $3 THEN case_leases.leased_until END)
    WHERE case_leases.user_id = $3 OR case_leases.leased_until <= $4
RETURNING case_id
"""


class Hours(msgspec.Struct, frozen=True):
    """What holds for the whole queue just now: its clients' zones, and who agreed to something."""

    zones: list[str]
    agreed: list[UUID]


class QueueView(msgspec.Struct, frozen=True):
    """A look at somebody's queue at a moment; in `shut` zones only who `agreed` to it may be called."""

    desk: Desk
    now: datetime
    hours: Hours
    shut: list[str]

    @property
    def is_shut(self) -> bool:
        """Say that nobody may be called just now, whoever it is."""
        return bool(self.hours.zones) and set(self.shut) >= set(self.hours.zones) and not self.hours.agreed

    def arguments(self) -> tuple[object, ...]:
        """Return $1 to $8 of the statements."""
        desk, rests = self.desk, msgspec.json.encode(RESTS).decode()
        return (
            desk.tenant_id, desk.user_id, self.now, desk.desk_team_ids, desk.field_team_ids, rests, self.shut,
            self.hours.agreed,
        )  # fmt: skip


class Hold(msgspec.Struct, frozen=True):
    """That the gate lets nobody call a case: until when, if that is known, and by which rules."""

    case_id: UUID
    opens_at: datetime | None
    rule_ids: list[str]


async def hours_of(raw: asyncpg.Connection, desk: Desk) -> Hours:
    """Return what holds for all cases of a queue."""
    row = await raw.fetchrow(HOURS, desk.tenant_id)
    return Hours(zones=row["zones"], agreed=row["agreed"])


async def give_back(raw: asyncpg.Connection, desk: Desk) -> None:
    """Let others have what the person has open."""
    await raw.execute("DELETE FROM case_leases WHERE tenant_id = $1 AND user_id = $2", desk.tenant_id, desk.user_id)


async def take_next(
    raw: asyncpg.Connection, view: QueueView, until: datetime, passed: Sequence[UUID]
) -> tuple[UUID | None, UUID | None]:
    """Lease the next case until `until`; returns (picked, leased).

    Both null: nothing is to be called. Picked without leased: somebody else was a moment faster; ask again.
    """
    rows = await _in_order(raw, TAKE_NEXT, *view.arguments(), until, passed)
    return rows[0]["picked_id"], rows[0]["leased_id"]


async def _in_order(raw: asyncpg.Connection, sql: str, *arguments: object) -> list[asyncpg.Record]:
    """Run a statement that stops at the first cases which fit, along the index of the order.

    With so many conditions the planner expects one row, reads all cases of the lender and sorts what fits: of 100,000
    cases 1.7 s a pull instead of 0.02 s.
    """
    await raw.execute("SET LOCAL enable_sort = off")
    rows: list[asyncpg.Record] = await raw.fetch(sql, *arguments)
    await raw.execute("SET LOCAL enable_sort = on")
    return rows


async def take_lease(raw: asyncpg.Connection, desk: Desk, case_id: UUID, now: datetime, until: datetime) -> bool:
    """Keep a case for somebody until `until`; false when another person has it open."""
    taken = await raw.fetchval(TAKE_LEASE, desk.tenant_id, case_id, desk.user_id, now, until)
    return taken is not None


async def candidates(raw: asyncpg.Connection, view: QueueView, limit: int) -> list[UUID]:
    """Return the cases that come up next."""
    return [row["id"] for row in await _in_order(raw, CANDIDATES, *view.arguments(), limit)]


async def first_numbers(raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """Return for each case the number that is proposed, none where no number leads anywhere."""
    return {row["case_id"]: row["id"] for row in await raw.fetch(FIRST_NUMBERS, tenant_id, case_ids)}


async def hold(
    raw: asyncpg.Connection, tenant_id: UUID, holds: Sequence[Hold], look_again_at: Sequence[datetime], now: datetime
) -> None:
    """Keep what the gate said until it is looked at again."""
    await raw.execute(
        HOLD, tenant_id, [one.case_id for one in holds], [one.opens_at for one in holds], look_again_at,
        [" ".join(one.rule_ids) for one in holds], now,
    )  # fmt: skip


async def look_anew(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> None:
    """Forget what the gate said of a case: something happened that may have changed it."""
    await raw.execute("DELETE FROM call_openings WHERE tenant_id = $1 AND case_id = $2", tenant_id, case_id)


async def head_of_queue(raw: asyncpg.Connection, view: QueueView, limit: int) -> list[QueueRow]:
    """Return the head of the queue in its order, blocked cases among them with the reason."""
    rows = await _in_order(raw, HEAD, *view.arguments(), min(limit, PAGE_SIZE_MAX))
    return [_queue_row(row) for row in rows]


def _queue_row(row: asyncpg.Record) -> QueueRow:
    blocked, opens_at = _block(row)
    return QueueRow(
        case=case_row(row),
        blocked=blocked,
        opens_at=opens_at,
        leased_to=row["leased_to"] if blocked is Blocked.LEASED else None,
        is_mine=row["leased_by"] == row["me"],
        rule_ids=(row["held_by"] or []) if blocked is Blocked.GATE else [],
    )


def _block(row: asyncpg.Record) -> tuple[Blocked | None, datetime | None]:
    """Return why a case is not given out, and when it comes up again where that is known; what lasts longest first."""
    is_leased = row["leased_by"] is not None and row["leased_by"] != row["me"]
    reasons = (
        (row["is_state"], Blocked.STATE, None),
        (is_leased, Blocked.LEASED, row["leased_until"]),
        (row["is_without_number"], Blocked.NO_NUMBER, None),
        (row["is_promise_waiting"], Blocked.PROMISE_WAITING, None),
        (row["held_by"] is not None, Blocked.GATE, row["held_until"]),
        (row["is_night"], Blocked.GATE, None),
        (row["rests_until"] is not None, Blocked.COOLING, row["rests_until"]),
    )
    return next(((why, opens_at) for holds, why, opens_at in reasons if holds), (None, None))


async def waiting_count(raw: asyncpg.Connection, view: QueueView) -> int:
    """Return how many cases are open to be called, counted up to WAITING_MAX."""
    return int(await raw.fetchval(WAITING, *view.arguments()))
