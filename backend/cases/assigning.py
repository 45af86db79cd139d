"""What can be done about who has which case? Preview, assign, undo; territories; the desk's next case."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.cases import assignment_queries as queries
from backend.cases import calling, problems, rules
from backend.cases.assignment_queries import Batch, Given
from backend.cases.desk_schemas import (
    CASES_A_STEP_MAX,
    AssignDone,
    AssignPreview,
    AssignReason,
    AssignWish,
    CaseToMove,
    Load,
    Move,
    NextCase,
    Person,
    TerritoryView,
    TerritoryWish,
)
from backend.cases.list_queries import Desk
from backend.cases.queries import insert_phone_changes
from backend.identity.certificate_queries import uncertified
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.geo import Point
from backend.kernel.ids import new_id
from backend.kernel.live import announce
from backend.kernel.problems import NOT_FOUND, Problem


async def preview_assignment(
    raw: asyncpg.Connection, act: Act, wish: AssignWish, team_ids: Sequence[UUID] | None
) -> AssignPreview:
    """Say what an assignment would do. `team_ids` are the teams whose people the asker may use (null: all)."""
    cases, person, unknown = await _wished(raw, act, wish, team_ids, is_locked=False)
    moves = [rules.move_of(case, person) for case in cases]
    lines = [rules.line_of(move, act.at) for move in moves]
    loads = await _loads(raw, act.tenant_id, moves, team_ids)
    return AssignPreview(lines=lines, loads=loads, changes=sum(line.is_change for line in lines), unknown=unknown)


async def assign_cases(
    raw: asyncpg.Connection, act: Act, wish: AssignWish, team_ids: Sequence[UUID] | None
) -> AssignDone:
    """Move cases to somebody or to nobody, as sets; returns the batch that undoes it.

    Raises Problem: case.bad_filter, assignment.too_many, case.assignee_unfit, case.assignee_not_certified.
    """
    cases, person, _ = await _wished(raw, act, wish, team_ids, is_locked=True)
    moves = [rules.move_of(case, person) for case in cases if case.assignee_id != wish.user_id]
    loads = await _loads(raw, act.tenant_id, moves, team_ids)
    batch_id = await move_cases(raw, act, moves, AssignReason(wish.reason))
    return AssignDone(batch_id=batch_id, changes=len(moves), loads=loads)


async def move_cases(raw: asyncpg.Connection, act: Act, moves: Sequence[Move], reason: AssignReason) -> UUID:
    """Write moves that were decided on locked cases, tell the phones and the journal; returns the batch's id."""
    batch = Batch(id=new_id(), tenant_id=act.tenant_id, actor_id=act.actor_id, at=act.at, reason=reason.value)
    if not moves:
        return batch.id
    await queries.write_moves(raw, batch, moves)
    lost = [(move.case.assignee_id, move.case.id) for move in moves if move.case.assignee_id is not None]
    won = [(move.user_id, move.case.id) for move in moves if move.user_id is not None]
    await insert_phone_changes(raw, act.tenant_id, "case", "reassigned", lost)
    await insert_phone_changes(raw, act.tenant_id, "case", "assigned", won)
    await append_bare(raw, [_moved(act, batch, move) for move in moves])
    await announce(raw, act.tenant_id, "assignment")
    return batch.id


def _moved(act: Act, batch: Batch, move: Move) -> NewEvent:
    def text(value: UUID | None) -> str | None:
        return None if value is None else str(value)

    return NewEvent(
        id=new_id(),
        tenant_id=act.tenant_id,
        kind="case.released" if move.user_id is None else "case.assigned",
        subject_id=move.case.id,
        case_id=move.case.id,
        actor_id=act.actor_id,
        device_id=act.device_id,
        occurred_at=act.at,
        payload={
            "batch_id": str(batch.id),
            "reason": batch.reason,
            "from_user_id": text(move.case.assignee_id),
            "to_user_id": text(move.user_id),
            "team_id": text(move.team_id),
            "desk_team_id": text(move.desk_team_id),
        },
    )


async def _wished(
    raw: asyncpg.Connection, act: Act, wish: AssignWish, team_ids: Sequence[UUID] | None, *, is_locked: bool
) -> tuple[list[CaseToMove], Person | None, int]:
    """Load the wished cases and the person; also says how many named cases are closed or not the asker's to see."""
    if sum(one is not None for one in (wish.case_ids, wish.territory_id, wish.area)) != 1:
        raise Problem(problems.BAD_FILTER, fields=["case_ids", "territory_id", "area"])
    unknown = 0
    if wish.case_ids is not None:
        wanted = set(wish.case_ids)
        cases = await queries.cases_to_move(raw, act.tenant_id, sorted(wanted), is_locked=is_locked)
        unknown = len(wanted) - len(cases)
    else:
        where = wish.territory_id if wish.territory_id is not None else _ring(wish.area or ())
        cases = await queries.cases_in(raw, act.tenant_id, where, is_locked=is_locked)
    if len(cases) > CASES_A_STEP_MAX:
        raise Problem(problems.TOO_MANY_CASES, most=CASES_A_STEP_MAX)
    person = None
    if wish.user_id is not None:
        person = (await queries.people(raw, act.tenant_id, [wish.user_id], team_ids)).get(wish.user_id)
        if not rules.may_get_cases(person):
            raise Problem(problems.NOT_A_TEAM_MEMBER)
        await _check_certificate(raw, act.tenant_id, wish.user_id, act.at)
    if wish.only_unassigned:
        cases = [case for case in cases if case.assignee_id is None]
    return cases, person, unknown


async def _check_certificate(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, now: datetime) -> None:
    if await uncertified(raw, tenant_id, [user_id], now):
        raise Problem(problems.NOT_CERTIFIED)


def _ring(corners: Sequence[Point]) -> list[Point]:
    ring = rules.ring_of(corners)
    if ring is None:
        raise Problem(problems.TERRITORY_UNFIT)
    return ring


async def _loads(
    raw: asyncpg.Connection, tenant_id: UUID, moves: Sequence[Move], team_ids: Sequence[UUID] | None
) -> list[Load]:
    concerned = {move.case.assignee_id for move in moves} | {move.user_id for move in moves}
    ids = sorted(user_id for user_id in concerned if user_id is not None)
    return rules.loads_after(moves, list((await queries.people(raw, tenant_id, ids, team_ids)).values()))


async def undo_batch(raw: asyncpg.Connection, act: Act, batch_id: UUID) -> AssignDone:
    """Give each case of a batch back to who had it; all of them or none.

    Raises Problem (assignment.nothing_to_undo) when there is no such batch, or when a case of it changed hands or was
    closed since; the data name those cases.
    """
    given = await queries.of_batch(raw, act.tenant_id, batch_id)
    if not given:
        raise Problem(problems.NOTHING_TO_UNDO, changed=[])
    cases = await queries.cases_to_move(raw, act.tenant_id, sorted(one.case_id for one in given), is_locked=True)
    by_id = {case.id: case for case in cases}
    changed = [str(one.case_id) for one in given if not _is_as_left(one, by_id.get(one.case_id))]
    if changed:
        raise Problem(problems.NOTHING_TO_UNDO, changed=changed[:50])
    moves = [_back(one, by_id[one.case_id]) for one in given]
    loads = await _loads(raw, act.tenant_id, moves, None)
    undone_by = await move_cases(raw, act, moves, AssignReason.UNDO)
    return AssignDone(batch_id=undone_by, changes=len(moves), loads=loads)


def _is_as_left(given: Given, case: CaseToMove | None) -> bool:
    return case is not None and case.assignee_id == given.after_user_id


def _back(given: Given, case: CaseToMove) -> Move:
    team_id = given.from_team_id if given.is_given else case.team_id
    desk_team_id = given.from_desk_team_id if given.is_given else case.desk_team_id
    return Move(case=case, user_id=given.before_user_id, team_id=team_id, desk_team_id=desk_team_id)


async def put_territory(
    raw: asyncpg.Connection, act: Act, territory_id: UUID | None, wish: TerritoryWish, team_ids: Sequence[UUID] | None
) -> TerritoryView:
    """Draw a territory, or draw one anew; raises Problem (territory.unfit, territory.name_taken, not_found)."""
    ring = _ring(wish.area)
    if team_ids is not None and wish.team_id not in team_ids:
        raise Problem(NOT_FOUND)
    if wish.user_id is not None:
        person = (await queries.people(raw, act.tenant_id, [wish.user_id], [wish.team_id])).get(wish.user_id)
        if not rules.may_get_cases(person):
            raise Problem(problems.NOT_A_TEAM_MEMBER)
    if territory_id is None:
        wanted, kind = new_id(), "territory.drawn"
        is_written = await queries.insert_territory(raw, act.tenant_id, wanted, wish, ring)
    else:
        wanted, kind = territory_id, "territory.changed"
        await _own_territory(raw, act, wanted, team_ids)
        is_written = await queries.update_territory(raw, act.tenant_id, wanted, wish, ring)
    if not is_written:
        raise Problem(problems.TERRITORY_NAME_TAKEN)
    corners = [[point.lat, point.lon] for point in ring]
    payload = {"name": wish.name, "team_id": str(wish.team_id), "area": corners}
    await append_bare(raw, [case_event(act, kind, wanted, None, payload)])
    await announce(raw, act.tenant_id, "assignment")
    return await _own_territory(raw, act, wanted, None)


async def remove_territory(
    raw: asyncpg.Connection, act: Act, territory_id: UUID, team_ids: Sequence[UUID] | None
) -> None:
    """Take a territory off the map; cases stay with whom they are. Raises Problem (not_found)."""
    territory = await _own_territory(raw, act, territory_id, team_ids)
    await queries.delete_territory(raw, act.tenant_id, territory_id)
    corners = [[point.lat, point.lon] for point in territory.area]
    payload = {"name": territory.name, "area": corners}
    await append_bare(raw, [case_event(act, "territory.removed", territory_id, None, payload)])
    await announce(raw, act.tenant_id, "assignment")


async def _own_territory(
    raw: asyncpg.Connection, act: Act, territory_id: UUID, team_ids: Sequence[UUID] | None
) -> TerritoryView:
    found = await queries.territories(raw, act.tenant_id, team_ids, territory_id)
    if not found:
        raise Problem(NOT_FOUND)
    return found[0]


async def next_case(raw: asyncpg.Connection, desk: Desk, passed: Sequence[UUID], now: datetime) -> NextCase:
    """Give somebody at the desk the next case, theirs alone for 10 minutes; what they had open is given back.

    Only a case whose client the gate lets be called in this moment. Raises Problem: case.assignee_not_certified.
    """
    await _check_certificate(raw, desk.tenant_id, desk.user_id, now)
    return await calling.next_case(raw, desk, passed, now)
