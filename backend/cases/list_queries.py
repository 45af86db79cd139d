"""Which cases stand in a list, around a place? One statement a page."""

import base64
import binascii
import re
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.desk_schemas import CaseFilter, CaseRow, NearCase
from backend.cases.problems import BAD_CURSOR
from backend.kernel.geo import Point, to_ewkt
from backend.kernel.limits import PAGE_SIZE_MAX
from backend.kernel.problems import Problem
from backend.portfolio.rules import sort_name

COLUMNS = """
c.id, c.number, o.name, o.kind = 'company' AS is_company, c.kind, c.state, c.bucket, c.days_past_due, c.currency,
c.overdue_minor, c.balance_minor, c.grade, c.score, c.reasons::text AS reasons, c.attempts, c.last_attempt_at,
c.last_result, c.team_id, c.desk_team_id, c.assignee_id, u.name AS assignee_name,
ST_Y(c.door::geometry) AS lat, ST_X(c.door::geometry) AS lon, p.amount_minor AS promise_minor,
p.due_on AS promise_due_on
"""
JOINS = """
JOIN obligors o ON o.id = c.obligor_id
LEFT JOIN users u ON u.id = c.assignee_id
LEFT JOIN LATERAL (SELECT amount_minor, due_on FROM promises WHERE promises.case_id = c.id
    AND promises.state IN ('open', 'due_today') ORDER BY due_on LIMIT 1) p ON true
"""
# Below a policy no index of a place or of a part of a name is used: a checked function finds the ids, the policies
# decide again which rows are read (20261124_2215_find_cases_by_index).
NEAR = f"""
SELECT {COLUMNS}, ST_Distance(c.door, center.place, false)::float8 AS distance_m
FROM (SELECT $2::text::geography AS place) center CROSS JOIN unnest(find_cases_near(center.place, $3, $4)) found (id)
JOIN cases c ON c.id = found.id {JOINS}
WHERE c.tenant_id = $1 ORDER BY distance_m, c.id
"""
CENTER_OF_CASE = """
SELECT ST_Y(door::geometry) AS lat, ST_X(door::geometry) AS lon FROM cases
WHERE tenant_id = $1 AND id = $2 AND door IS NOT NULL
"""
CENTER_OF_USER = """
SELECT ST_Y(start_point::geometry) AS lat, ST_X(start_point::geometry) AS lon FROM users
WHERE tenant_id = $1 AND id = $2 AND start_point IS NOT NULL
"""


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last line of a page."""

    s: float
    i: UUID


def read_cursor(text: str) -> Cursor:
    """Read the `after` of a page; raises Problem (case.bad_cursor)."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text.encode()), type=Cursor)
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise Problem(BAD_CURSOR) from error


def write_cursor(score: float, case_id: UUID) -> str:
    """Write where a page ended, as opaque text."""
    return base64.urlsafe_b64encode(msgspec.json.encode(Cursor(s=score, i=case_id))).decode()


# The lines are made into JSON by the database and pass through: reading 50 rows into structs and writing them again
# costs the server as much as the query.
LINES = """
SELECT q.score, q.id, row_to_json(q)::text AS line FROM (
    SELECT c.id, c.number, o.name, o.kind = 'company' AS is_company, c.kind, c.state, c.bucket, c.days_past_due,
        c.currency, c.overdue_minor, c.balance_minor, c.grade, c.score, c.reasons, c.attempts, c.last_attempt_at,
        c.last_result, c.team_id, c.desk_team_id, c.assignee_id, u.name AS assignee_name,
        CASE WHEN c.door IS NOT NULL THEN json_build_object('lat', ST_Y(c.door::geometry), 'lon',
            ST_X(c.door::geometry)) END AS door,
        p.amount_minor AS promise_minor, p.due_on AS promise_due_on
    FROM {source} {joins} WHERE {where} ORDER BY c.score DESC, c.id LIMIT {limit}) q
"""
FOUND = "unnest(find_cases($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)) found (id) JOIN cases c USING (id)"
TRIGRAM = 3
"""Letters that an index of parts of names needs; less is sought at the beginning of a word."""


async def cases_page(
    raw: asyncpg.Connection, tenant_id: UUID, wanted: CaseFilter, after: str | None, limit: int
) -> bytes:
    """Return a CasePage, as JSON, of the cases that the scope sees, by score and id; raises Problem (case.bad_cursor).

    Each filter adds its own piece of SQL, so that the planner sees only what is asked and uses the index for it.
    """
    limit = min(limit, PAGE_SIZE_MAX)
    cursor = None if after is None else read_cursor(after)
    typed = (wanted.search or "").strip()
    if typed:
        source, where, arguments = FOUND, ["c.tenant_id = $1"], found(typed, wanted, cursor, limit + 1)
    else:
        source, (where, arguments) = "cases c", conditions(wanted, cursor)
    sql = LINES.format(source=source, joins=JOINS, where=" AND ".join(where), limit=limit + 1)
    rows = await raw.fetch(sql, tenant_id, *arguments)
    page = rows[:limit]
    end = write_cursor(page[-1]["score"], page[-1]["id"]) if len(rows) > limit else None
    lines = ",".join(row["line"] for row in page)
    return b'{"cases":[%b],"next":%b}' % (lines.encode(), msgspec.json.encode(end))


def found(typed: str, wanted: CaseFilter, after: Cursor | None, limit: int) -> list[object]:
    """Return the arguments of FOUND from $2 on: a part of the name, its beginning without spaces, the number's."""
    name = sort_name(typed).strip()
    exact = re.sub(r"([\\%_])", r"\\\1", name)
    part = f"%{exact}%" if len(name) >= TRIGRAM else f"% {exact}%"
    return [
        part if any(letter.isalnum() for letter in name) else None, name.replace(" ", ""), typed.lower(),
        wanted.is_closed, wanted.team_id, wanted.desk_team_id, wanted.assignee_id, wanted.is_unassigned, wanted.state,
        wanted.bucket, None if after is None else after.s, None if after is None else after.i, limit,
    ]  # fmt: skip


def conditions(wanted: CaseFilter, after: Cursor | None) -> tuple[list[str], list[object]]:
    """Return the pieces of WHERE with their arguments from $2 on."""
    pieces = ["c.tenant_id = $1", "c.closed_at IS NOT NULL" if wanted.is_closed else "c.closed_at IS NULL"]
    arguments: list[object] = []

    def add(piece: str, *values: object) -> None:
        names = [f"${len(arguments) + n + 2}" for n in range(len(values))]
        pieces.append(piece.format(*names))
        arguments.extend(values)

    columns = ("team_id", "desk_team_id", "assignee_id", "state", "bucket")
    for column in columns:
        value = getattr(wanted, column)
        if value is not None:
            add(f"c.{column} = {{}}", value)
    if wanted.is_unassigned:
        pieces.append("c.assignee_id IS NULL")
    if after is not None:
        # A row comparison cannot mix directions; this form reads the index from the right place.
        add("c.score <= {0} AND (c.score < {0} OR c.id > {1})", after.s, after.i)
    return pieces, arguments


def case_row(row: asyncpg.Record) -> CaseRow:
    """Read a line of any of these lists."""
    fields = dict(row)
    lat, lon = fields["lat"], fields["lon"]
    fields["door"] = None if lat is None else Point(lat=lat, lon=lon)
    fields["reasons"] = msgspec.json.decode(fields["reasons"], type=list[str])
    return CaseRow(**{name: fields[name] for name in CaseRow.__struct_fields__})


async def near(raw: asyncpg.Connection, tenant_id: UUID, center: Point, radius_m: int, limit: int) -> list[NearCase]:
    """Return the open cases whose door lies within the radius, the nearest first."""
    rows = await raw.fetch(NEAR, tenant_id, to_ewkt(center), float(radius_m), min(limit, PAGE_SIZE_MAX))
    return [NearCase(case=case_row(row), distance_m=round(row["distance_m"])) for row in rows]


async def center_of(
    raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID | None, user_id: UUID | None
) -> Point | None:
    """Return the door of a case, or where somebody's day begins; None when that is not known."""
    sql, wanted = (CENTER_OF_CASE, case_id) if case_id is not None else (CENTER_OF_USER, user_id)
    row = await raw.fetchrow(sql, tenant_id, wanted)
    return None if row is None else Point(lat=row["lat"], lon=row["lon"])


class Desk(msgspec.Struct, frozen=True):
    """Whose queue: the person and the teams whose cases may be called."""

    tenant_id: UUID
    user_id: UUID
    desk_team_ids: list[UUID]
    field_team_ids: list[UUID]


async def desk_of(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, team_ids: Sequence[UUID]) -> Desk:
    """Return the queue of somebody: the desk's cases, or a field team's for whoever belongs to no desk."""
    rows = await raw.fetch(
        "SELECT id, kind FROM teams WHERE tenant_id = $1 AND id = ANY($2::uuid[])", tenant_id, team_ids
    )
    desks = [row["id"] for row in rows if row["kind"] == "desk"]
    fields = [] if desks else [row["id"] for row in rows]
    return Desk(tenant_id=tenant_id, user_id=user_id, desk_team_ids=desks, field_team_ids=fields)
