"""What becomes of refused items? A lead applies one by own authority or sets it aside, with a reason; none is lost."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.cases import batches
from backend.cases.queries import insert_phone_changes
from backend.cases.schemas import Worker
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.live import announce
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.reading import UNREADABLE
from backend.kernel.statements import Statement, run_together
from backend.sync import writing
from backend.sync.decide_schemas import QuarantinedView
from backend.sync.deciding import Item, OnFile, Writes, decide
from backend.sync.mutations import Body, UnknownKindError, read_body
from backend.sync.problems import CANNOT_APPLY, ITEM_DECIDED
from backend.sync.push import Sender, load_rest
from backend.sync.schemas import Mutation
from backend.visits import queries as visit_queries
from backend.visits.schemas import VisitRecord

REFUSED_BY_DATABASE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)

OPEN = """
SELECT q.mutation_id, encode(q.body_hash, 'hex') AS body_hash, q.user_id, u.name AS user_name, q.case_id,
    c.number AS case_number, o.name AS case_name, q.kind, q.occurred_at, q.recorded_at, q.code,
    q.detail::text AS detail, q.body
FROM quarantine q JOIN users u ON u.id = q.user_id
LEFT JOIN cases c ON c.id = q.case_id LEFT JOIN obligors o ON o.id = c.obligor_id
WHERE q.tenant_id = $1 AND q.state = 'open' AND ($2 OR EXISTS (SELECT 1 FROM team_members m
    WHERE m.user_id = q.user_id AND m.team_id = ANY($3::uuid[])))
ORDER BY q.recorded_at, q.mutation_id LIMIT $4
"""
ITEM = """
SELECT q.mutation_id, q.body_hash, q.user_id, q.device_id, q.case_id, q.kind, q.schema_version, q.occurred_at, q.body,
    q.state
FROM quarantine q WHERE q.tenant_id = $1 AND q.mutation_id = $2
    AND ($3::text IS NULL OR encode(q.body_hash, 'hex') = $3)
    AND ($4 OR EXISTS (SELECT 1 FROM team_members m WHERE m.user_id = q.user_id AND m.team_id = ANY($5::uuid[])))
ORDER BY q.state = 'open' DESC, q.recorded_at LIMIT 1 FOR UPDATE OF q
"""
DECIDE = """
UPDATE quarantine SET state = $4, explanation = $5, decided_by = $6, decided_at = $7
WHERE tenant_id = $1 AND mutation_id = $2 AND body_hash = $3 AND state = 'open' RETURNING mutation_id
"""


class Held(msgspec.Struct, frozen=True):
    """A refused item, as it was sent."""

    mutation_id: UUID
    body_hash: bytes
    user_id: UUID
    device_id: UUID
    case_id: UUID | None
    kind: str
    schema_version: int
    occurred_at: datetime
    body: str
    state: str


class Judge(msgspec.Struct, frozen=True):
    """Who decides: the act, the teams whose people's items may be decided (null: all), and their own authority."""

    act: Act
    team_ids: Sequence[UUID] | None

    def worker(self, user_id: UUID) -> Worker:
        """Return the sender of an item with the authority of the one who decides."""
        return Worker(user_id=user_id, team_ids=tuple(self.team_ids or ()), sees_tenant=self.team_ids is None)


async def open_items(
    raw: asyncpg.Connection, tenant_id: UUID, team_ids: Sequence[UUID] | None, limit: int
) -> list[QuarantinedView]:
    """Return the undecided items of the teams' people (null: of all), the oldest first."""
    rows = await raw.fetch(OPEN, tenant_id, team_ids is None, list(team_ids or ()), limit)
    return [
        QuarantinedView(**{**dict(row), "detail": msgspec.json.decode(row["detail"], type=dict[str, str])})
        for row in rows
    ]


async def set_aside(
    raw: asyncpg.Connection, judge: Judge, mutation_id: UUID, body_hash: str | None, explanation: str
) -> None:
    """Leave an item out of the record for good, with the reason; it stays where it is kept.

    Raises Problem: not_found, quarantine.decided.
    """
    held = await _held(raw, judge, mutation_id, body_hash)
    decision = _decision(judge, held, "set_aside", explanation)
    if await run_together(raw, decision, []) != 1:
        raise Problem(ITEM_DECIDED)
    await _tell(raw, judge, held, "quarantine.set_aside", explanation)


async def apply(
    raw: asyncpg.Connection, judge: Judge, mutation_id: UUID, body_hash: str | None, explanation: str
) -> None:
    """Put an item into the record as of its own moment, by the authority of the one who decides.

    It goes through the same rules and the same writes as any item; only the sender's own reach and the age do not
    count. Raises Problem: not_found, quarantine.decided, quarantine.cannot_apply (with the rule against it).
    """
    held = await _held(raw, judge, mutation_id, body_hash)
    item = _item(held, judge.act.at)
    sender = Sender(tenant_id=judge.act.tenant_id, device_id=held.device_id, worker=judge.worker(held.user_id))
    writes = Writes()
    decided = decide(item, sender.worker, await _load(raw, sender, item.body), writes)
    if decided.refusal is not None:
        raise Problem(CANNOT_APPLY, code=decided.refusal.code, detail=decided.detail)
    try:
        async with raw.transaction():
            decision = _decision(judge, held, "applied", explanation)
            if await run_together(raw, decision, writing.plan(sender.ids, writes)) != 1:
                raise Problem(ITEM_DECIDED)
            await writing.write_rest(raw, sender.ids, writes, judge.act.at)
    except REFUSED_BY_DATABASE as error:
        raise Problem(CANNOT_APPLY, code="sync.not_storable", detail={"database": type(error).__name__}) from error
    await _tell(raw, judge, held, "quarantine.applied", explanation)


async def _held(raw: asyncpg.Connection, judge: Judge, mutation_id: UUID, body_hash: str | None) -> Held:
    row = await raw.fetchrow(
        ITEM, judge.act.tenant_id, mutation_id, body_hash, judge.team_ids is None, list(judge.team_ids or ())
    )
    if row is None:
        raise Problem(NOT_FOUND)
    held = Held(**dict(row))
    if held.state != "open":
        raise Problem(ITEM_DECIDED)
    return held


def _item(held: Held, now: datetime) -> Item:
    """Read the item again; raises Problem (quarantine.cannot_apply) when it still cannot be read."""
    body = msgspec.Raw(held.body.encode())
    mutation = Mutation(
        id=held.mutation_id,
        seq=1,
        kind=held.kind,
        schema=held.schema_version,
        occurred_at=held.occurred_at,
        clock_offset_ms=None,
        body=body,
    )
    try:
        read = read_body(held.kind, held.schema_version, body)
    except (UnknownKindError, *UNREADABLE, ValueError) as error:
        raise Problem(CANNOT_APPLY, code="sync.malformed", detail={"why": str(error)}) from error
    return Item(mutation=mutation, device_id=held.device_id, body=read, at=min(held.occurred_at, now))


async def _load(raw: asyncpg.Connection, sender: Sender, body: Body) -> OnFile:
    on_file = await load_rest(raw, sender, [body])
    case_id = getattr(body, "case_id", None)
    cases = {}
    if isinstance(case_id, UUID):
        cases = await batches.read_locked(raw, sender.tenant_id, [case_id], sender.worker.user_id)
    doors = {}
    if isinstance(body, VisitRecord) and body.address_id is not None:
        asked = visit_queries.doors(sender.tenant_id, [(body.case_id, body.address_id)])
        sql = f"SELECT coalesce(json_agg(q), '[]')::text FROM ({asked.sql}) q"  # noqa: S608 - our own statement
        doors = visit_queries.read_doors(await raw.fetchval(sql, *asked.arguments))
    return msgspec.structs.replace(on_file, cases=cases, doors=doors)


def _decision(judge: Judge, held: Held, state: str, explanation: str) -> Statement:
    act = judge.act
    arguments = (act.tenant_id, held.mutation_id, held.body_hash, state, explanation, act.actor_id, act.at)
    return Statement(sql=DECIDE, arguments=arguments)


async def _tell(raw: asyncpg.Connection, judge: Judge, held: Held, kind: str, explanation: str) -> None:
    """Put the decision into the journal, and tell the sender's phone that one was made."""
    act = judge.act
    decided = NewEvent(
        id=new_id(),
        tenant_id=act.tenant_id,
        kind=kind,
        subject_id=held.mutation_id,
        case_id=held.case_id,
        actor_id=act.actor_id,
        device_id=act.device_id,
        occurred_at=act.at,
        payload={"explanation": explanation, "kind": held.kind, "sender_id": str(held.user_id)},
    )
    await append_bare(raw, [decided])
    await insert_phone_changes(raw, act.tenant_id, "notice", "changed", [(held.user_id, held.mutation_id)])
    await announce(raw, act.tenant_id, "decision")
