"""Which statements about cases does a batch of facts need? Parts for one round trip: load, count, tell phones."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.schemas import CaseOnFile, Holding
from backend.kernel.ids import new_id
from backend.kernel.statements import Statement

CASES_ON_FILE = """
SELECT cases.id, cases.currency, cases.closed_at, cases.team_id, cases.desk_team_id, obligors.zone,
    assignments.user_id, users.name AS user_name, assignments.assigned_at, assignments.released_at
FROM cases JOIN obligors ON obligors.id = cases.obligor_id
LEFT JOIN assignments ON assignments.case_id = cases.id
    AND (assignments.user_id = $3 OR assignments.released_at IS NULL)
LEFT JOIN users ON users.id = assignments.user_id
WHERE cases.id = ANY($2::uuid[]) AND cases.tenant_id = $1
"""
LOCK_CASES = """
SELECT id FROM cases WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
# By the key and the place in the arrays: a join with unnest would be planned for a guessed number of rows.
# The last result is that of the latest record, in whatever order the records come (of one moment: the greater code).
COUNT_ATTEMPTS = """
UPDATE cases SET
    attempts = greatest(0, attempts + ($3::int[])[array_position($2::uuid[], id)]),
    last_attempt_at = greatest(last_attempt_at, ($4::timestamptz[])[array_position($2::uuid[], id)]),
    last_result = CASE WHEN (($4::timestamptz[])[array_position($2::uuid[], id)],
            ($5::text[])[array_position($2::uuid[], id)]) > (last_attempt_at, coalesce(last_result, '') COLLATE "C")
            OR last_attempt_at IS NULL
        THEN coalesce(($5::text[])[array_position($2::uuid[], id)], last_result) ELSE last_result END,
    state = CASE WHEN ($6::bool[])[array_position($2::uuid[], id)] AND state IN ('new', 'in_grace', 'active')
        THEN 'promise' ELSE state END
WHERE id = ANY($2::uuid[]) AND tenant_id = $1
"""
TELL_HOLDERS = """
INSERT INTO phone_changes (id, tenant_id, user_id, noun, noun_id, reason)
SELECT ($2::uuid[])[array_position($3::uuid[], cases.id)], $1, cases.assignee_id, 'case', cases.id, 'changed'
FROM cases WHERE cases.id = ANY($3::uuid[]) AND cases.tenant_id = $1 AND cases.assignee_id IS NOT NULL
"""


class OnFileRow(msgspec.Struct, frozen=True):
    """One row of CASES_ON_FILE: a case with one of its holdings, or none."""

    id: UUID
    currency: str
    closed_at: datetime | None
    team_id: UUID | None
    desk_team_id: UUID | None
    zone: str
    user_id: UUID | None
    user_name: str | None
    assigned_at: datetime | None
    released_at: datetime | None


class AttemptCount(msgspec.Struct, frozen=True):
    """What a batch of facts adds to one case; `count` is negative for a withdrawal."""

    case_id: UUID
    count: int
    at: datetime | None
    result: str | None
    is_promised: bool


_ROWS = msgspec.json.Decoder(list[OnFileRow])


def cases_on_file(tenant_id: UUID, case_ids: Sequence[UUID], user_id: UUID) -> Statement:
    """Return the statement that reads the cases with the user's own and the present holdings."""
    return Statement(sql=CASES_ON_FILE, arguments=(tenant_id, case_ids, user_id))


async def lock_cases(raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID]) -> None:
    """Lock cases whose facts are about to be merged, in the order of ids, so that nobody waits crosswise."""
    if case_ids:
        await raw.execute(LOCK_CASES, tenant_id, case_ids)


def read_cases(text: str) -> dict[UUID, CaseOnFile]:
    """Read its rows, as JSON, into cases by id."""
    found: dict[UUID, CaseOnFile] = {}
    for row in _ROWS.decode(text):
        case = found.get(row.id)
        if case is None:
            teams = [team for team in (row.team_id, row.desk_team_id) if team is not None]
            case = CaseOnFile(
                id=row.id, currency=row.currency, zone=row.zone, closed_at=row.closed_at, team_ids=teams, holdings=[]
            )
            found[case.id] = case
        if row.user_id is not None and row.assigned_at is not None:
            case.holdings.append(
                Holding(
                    user_id=row.user_id,
                    user_name=row.user_name or "",
                    assigned_at=row.assigned_at,
                    released_at=row.released_at,
                )
            )
    return found


async def read_locked(
    raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID], user_id: UUID
) -> dict[UUID, CaseOnFile]:
    """Lock and read the cases by themselves, for an act on one case."""
    statement = cases_on_file(tenant_id, case_ids, user_id)
    sql = f"SELECT coalesce(json_agg(q), '[]')::text FROM ({statement.sql}) q"  # noqa: S608 - our own statement
    return read_cases(await raw.fetchval(sql, *statement.arguments))


def count_attempts(tenant_id: UUID, counts: Sequence[AttemptCount]) -> Statement:
    """Return the statement that adds attempts to the cases."""
    arguments = (
        tenant_id, [one.case_id for one in counts], [one.count for one in counts], [one.at for one in counts],
        [one.result for one in counts], [one.is_promised for one in counts],
    )  # fmt: skip
    return Statement(sql=COUNT_ATTEMPTS, arguments=arguments)


def tell_holders(tenant_id: UUID, case_ids: Sequence[UUID]) -> Statement:
    """Return the statement that notes for the phones of the present holders that these cases changed."""
    return Statement(sql=TELL_HOLDERS, arguments=(tenant_id, [new_id() for _ in case_ids], case_ids))
