"""Where do the walkers go? A plan of today for each team, and a further one when all of it is done.

A plan is computed in a process of its own, as the lead's are. One whose hours have passed is moved so that it begins
now (docs/decisions/0008-the-demo-s-own-hours.md).
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.app.demo.day import SEED, wish_for
from backend.app.demo.live import queries, rules
from backend.app.demo.live.commands import scope_of
from backend.app.demo.live.schemas import TeamRound
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.problems import Problem
from backend.routing import plan_queries, planning
from backend.routing import rules as routing_rules
from backend.routing.plan_schemas import DayEnd
from backend.routing.planning import Begun
from backend.routing.problems import NOBODY_WORKS, NOTHING_TO_VISIT
from backend.routing.running import Progress, SolverDiedError, run

log = logging.getLogger(__name__)

SECONDS = 1.0


async def plan_rounds(database: Database, tenant_id: UUID, now: datetime) -> int:
    """Plan and publish today for each team that is due; returns how many rounds were made."""
    async with bare_transaction(database, scope_of(tenant_id)) as raw:
        teams = await queries.team_rounds(raw, tenant_id, now)
    due = [team for team in teams if rules.is_round_due(team, now)]
    return sum([await _plan(database, tenant_id, team, now) for team in due])


async def _plan(database: Database, tenant_id: UUID, team: TeamRound, now: datetime) -> int:
    act = Act(tenant_id=tenant_id, actor_id=team.lead_id, device_id=None, at=now)
    try:
        async with bare_transaction(database, scope_of(tenant_id)) as raw:
            begun = await planning.begin_plan(raw, act, wish_for(team.team_id, team.day), None)
            begun = await _with_whole_shifts(raw, act, begun)
    except Problem as problem:
        if problem.kind not in {NOBODY_WORKS, NOTHING_TO_VISIT}:
            log.warning("no round for the demo: %s", problem.kind.code)
        return 0
    try:
        computed = await run(begun.day.problem, SECONDS, SEED, _go_on)
    except SolverDiedError as error:
        log.warning("the demo's round could not be computed: %s", error)
        async with bare_transaction(database, scope_of(tenant_id)) as raw:
            await planning.fail_plan(raw, act, begun.head.id, str(error))
        return 0
    later = msgspec.structs.replace(act, at=max(now, clock.now()))
    try:
        async with bare_transaction(database, scope_of(tenant_id)) as raw:
            await planning.finish_plan(raw, later, begun, computed)
            await _lay_on_clock(raw, tenant_id, begun, later.at)
            await planning.publish_plan(raw, later, begun.head.id, None)
    except Problem as problem:
        # Midnight passed, or a lead was faster.
        log.warning("the demo's round is not published: %s", problem.kind.code)
        return 0
    return 1


async def _with_whole_shifts(raw: asyncpg.Connection, act: Act, begun: Begun) -> Begun:
    """Return a draft begun late in the day as if the day began anew; its times are moved when it is finished."""
    head, problem = begun.head, begun.day.problem
    if not rules.wants_whole_shift(act.at, head.zone):
        return begun
    base = routing_rules.midnight(head.day, head.zone)
    people = await plan_queries.working_people(raw, act.tenant_id, head.team_id, None, base)
    whole = {one.id: one for one in routing_rules.collectors_of(people, head.day, base, base, None)}
    collectors = [whole.get(one.id, one) for one in problem.collectors]
    day = msgspec.structs.replace(begun.day, problem=msgspec.structs.replace(problem, collectors=collectors))
    return msgspec.structs.replace(begun, day=day)


async def _go_on(_progress: Progress) -> bool:
    return False


async def _lay_on_clock(raw: asyncpg.Connection, tenant_id: UUID, begun: Begun, now: datetime) -> None:
    begins_at = await queries.begins_at(raw, tenant_id, begun.head.id)
    if begins_at is None:
        return
    by = rules.laid_on_clock(begins_at, now)
    head = await plan_queries.plan_head(raw, tenant_id, begun.head.id, is_locked=True)
    if by == timedelta(0) or head is None:
        return
    await queries.move_stops(raw, tenant_id, head.id, by)
    days = [_moved(one, by) for one in head.summary.days]
    await plan_queries.write_summary(raw, tenant_id, head.id, msgspec.structs.replace(head.summary, days=days))


def _moved(one: DayEnd, by: timedelta) -> DayEnd:
    return msgspec.structs.replace(
        one,
        shift_start=one.shift_start + by,
        shift_end=one.shift_end + by,
        pause_start=None if one.pause_start is None else one.pause_start + by,
        pause_end=None if one.pause_end is None else one.pause_end + by,
        end_at=one.end_at + by,
    )
