"""What can be done about the plan of a day? Begin a draft, finish it, publish it; changes by hand stand in editing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

import asyncpg
import msgspec

from backend.cases import rules as case_rules
from backend.cases.assigning import move_cases
from backend.cases.assignment_queries import cases_to_move, people
from backend.cases.desk_schemas import AssignReason, Move
from backend.cases.queries import insert_phone_changes
from backend.compliance.looking import texts_of
from backend.identity.certificate_queries import uncertified
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.live import announce
from backend.kernel.problems import NOT_FOUND, Problem
from backend.routing import plan_queries as queries
from backend.routing import problems, rules
from backend.routing.blocking import block, unlawful_of
from backend.routing.comparing import diff
from backend.routing.lawful import Day, Law, keep_packs, lawful_doors
from backend.routing.plan_schemas import (
    PlanDiff,
    PlanHead,
    PlanProgress,
    PlanState,
    PlanStatus,
    PlanView,
    PlanWish,
    ProgressPoint,
    StopView,
    Summary,
)
from backend.routing.rules import DayInput, DayProblem
from backend.routing.running import Computed, Progress
from backend.routing.schemas import StopState

LOST_AFTER = timedelta(minutes=6)
"""A draft that is still being computed after so long was left behind by a server that stopped."""


class Begun(msgspec.Struct, frozen=True):
    """A draft that is to be computed, and the law that it is made by."""

    head: PlanHead
    day: DayProblem
    locked: set[UUID]
    law: Law


async def begin_plan(raw: asyncpg.Connection, act: Act, wish: PlanWish, team_ids: Sequence[UUID] | None) -> Begun:
    """Write an empty draft and return what is to be computed for it.

    Raises Problem: not_found (no such field team of the asker), plan.day_past, plan.nobody_works,
    plan.must_not_open, plan.nothing_to_visit.
    """
    zone = None
    if team_ids is None or wish.team_id in team_ids:
        zone = await queries.zone_of_team(raw, act.tenant_id, wish.team_id)
    if zone is None or act.actor_id is None:
        raise Problem(NOT_FOUND)
    base = rules.midnight(wish.day, zone)
    if act.at >= base + timedelta(days=1):
        raise Problem(problems.DAY_PAST)
    working = await queries.working_people(raw, act.tenant_id, wish.team_id, wish.user_ids, base)
    idle = await uncertified(raw, act.tenant_id, [one.id for one in working], act.at, wish.day)
    working = [one for one in working if one.id not in idle]
    if not working:
        raise Problem(problems.NOBODY_WORKS, uncertified=sorted(map(str, idle)))
    cases = await queries.visitable_cases(raw, act.tenant_id, wish, base)
    missing = sorted(set(wish.must_case_ids) - {case.id for case in cases})
    if missing:
        raise Problem(problems.MUST_NOT_OPEN, case_ids=[str(one) for one in missing])
    locked = await queries.locked_stops(raw, act.tenant_id, wish.team_id, wish.day)
    given = DayInput(wish=wish, zone=zone, people=working, cases=cases, locked=locked, now=act.at, lawful={})
    law, barred = await _law_of_day(raw, act.tenant_id, given)
    given = msgspec.structs.replace(given, lawful=law.doors, barred=barred)
    day = rules.problem_of(given)
    if not day.problem.collectors:
        raise Problem(problems.NOBODY_WORKS)
    if not day.problem.candidates:
        raise Problem(
            problems.NOTHING_TO_VISIT, rule_ids=sorted({rule for one in day.left_out for rule in one.rule_ids})
        )

    head = PlanHead(
        id=new_id(),
        team_id=wish.team_id,
        day=wish.day,
        zone=zone,
        state=PlanState.DRAFT,
        made_by=act.actor_id,
        made_at=act.at,
        published_at=None,
        summary=Summary(status=PlanStatus.SOLVING, wish=wish, started_at=act.at, law=law.packs),
    )
    await queries.insert_plan(raw, act.tenant_id, head)
    await keep_packs(raw, act.tenant_id)
    await append_bare(raw, [event(act, "plan.begun", head.id, {"day": wish.day.isoformat(), "seconds": wish.seconds})])
    return Begun(head=head, day=day, locked=set(locked), law=law)


async def _law_of_day(raw: asyncpg.Connection, tenant_id: UUID, given: DayInput) -> tuple[Law, dict[UUID, list[UUID]]]:
    """Return when each case may be visited by who has it, and who of an agency may not go where others may."""
    agency = sorted(one.id for one in given.people if one.is_agency)
    holders = {case.id: rules.holder_of(given, case) for case in given.cases if case.door is not None}
    doors = [case for case in given.cases if case.id in holders]
    is_only = len(agency) == len(given.people)
    own = frozenset(case_id for case_id, holder in holders.items() if is_only or holder in agency)
    law = await lawful_doors(raw, tenant_id, doors, Day(day=given.wish.day, zone=given.zone, by_agency=own))
    free = [case for case in doors if holders[case.id] is None] if agency and not is_only else []
    every = frozenset(case.id for case in free)
    strict = await lawful_doors(raw, tenant_id, free, Day(day=given.wish.day, zone=given.zone, by_agency=every))
    barred = {one: agency for one, found in strict.doors.items() if found.windows_s != law.doors[one].windows_s}
    return law, barred


async def note_progress(
    raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, progress: Progress, now: datetime
) -> bool:
    """Keep the best gain so far with the draft; returns whether somebody asked to stop."""
    head = await queries.plan_head(raw, tenant_id, plan_id, is_locked=True)
    if head is None:
        return True
    seconds = round((now - head.summary.started_at).total_seconds(), 1)
    curve = [*head.summary.curve, ProgressPoint(at_s=seconds, gain_m=progress.gain_m)]
    summary = msgspec.structs.replace(head.summary, curve=curve, iterations=progress.iterations)
    await queries.write_summary(raw, tenant_id, plan_id, summary)
    return summary.is_stopping


async def finish_plan(raw: asyncpg.Connection, act: Act, begun: Begun, computed: Computed) -> None:
    """Write the stops of a computed draft and why the rest is not in it."""
    head = await queries.plan_head(raw, act.tenant_id, begun.head.id, is_locked=True)
    if head is None or head.summary.status is not PlanStatus.SOLVING:
        raise Problem(problems.NOT_READY)
    day, base = begun.day, rules.midnight(head.day, head.zone)
    left = [rules.unplanned(day.cases[n], why) for n, why in computed.unplanned]
    musts = set(head.summary.wish.must_case_ids)
    shown = sorted([*left, *day.left_out], key=lambda one: (one.case_id not in musts, -one.score, one.case_id))
    seconds = round((act.at - head.summary.started_at).total_seconds(), 1)
    summary = msgspec.structs.replace(
        head.summary,
        status=PlanStatus.READY,
        iterations=computed.iterations,
        gain_m=computed.gain_m,
        curve=[*head.summary.curve, ProgressPoint(at_s=seconds, gain_m=computed.gain_m)],
        unplanned=shown[: queries.UNPLANNED_SHOWN_MAX],
        days=rules.day_ends(day.problem, computed.routes, base),
    )
    stops = rules.stops_of_routes(day.problem, day.cases, computed.routes, base, begun.locked, begun.law.doors)
    await queries.insert_stops(raw, act.tenant_id, head.id, stops)
    await queries.write_summary(raw, act.tenant_id, head.id, summary)
    payload = {"stops": len(stops), "unplanned": len(shown), "gain_m": computed.gain_m}
    await append_bare(raw, [event(act, "plan.drafted", head.id, payload)])
    await announce(raw, act.tenant_id, "plan")


async def fail_plan(raw: asyncpg.Connection, act: Act, plan_id: UUID, error: str) -> None:
    """Mark a draft that could not be computed."""
    head = await queries.plan_head(raw, act.tenant_id, plan_id, is_locked=True)
    if head is not None and head.summary.status is PlanStatus.SOLVING:
        summary = msgspec.structs.replace(head.summary, status=PlanStatus.FAILED, error=error)
        await queries.write_summary(raw, act.tenant_id, plan_id, summary)
        await append_bare(raw, [event(act, "plan.failed", plan_id, {"error": error})])
        await announce(raw, act.tenant_id, "plan")


async def head_of(
    raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, team_ids: Sequence[UUID] | None, *, is_locked: bool = False
) -> PlanHead:
    """Return a plan of the asker's teams; raises Problem (not_found)."""
    head = await queries.plan_head(raw, tenant_id, plan_id, is_locked=is_locked)
    if head is None or (team_ids is not None and head.team_id not in team_ids):
        raise Problem(NOT_FOUND)
    return head


async def view_of(raw: asyncpg.Connection, tenant_id: UUID, head: PlanHead, now: datetime) -> PlanView:
    """Return a whole plan."""
    status, error = status_of(head, now)
    stops = await queries.stops_of(raw, tenant_id, head.id)
    named = [one.rule_ids for one in stops] + [one.rule_ids for one in head.summary.unplanned]
    return PlanView(
        id=head.id,
        team_id=head.team_id,
        day=head.day,
        zone=head.zone,
        state=head.state,
        status=status,
        made_by=head.made_by,
        made_at=head.made_at,
        published_at=head.published_at,
        stops=stops,
        days=head.summary.days,
        unplanned=head.summary.unplanned,
        must_case_ids=head.summary.wish.must_case_ids,
        gain_m=head.summary.gain_m,
        curve=head.summary.curve,
        error=error,
        law=head.summary.law,
        rules=texts_of(chain.from_iterable(named)),
    )


def status_of(head: PlanHead, now: datetime) -> tuple[PlanStatus, str | None]:
    """Return how far a draft is, and what went wrong; one whose server stopped has failed."""
    summary = head.summary
    if summary.status is PlanStatus.SOLVING and now - summary.started_at > LOST_AFTER:
        return PlanStatus.FAILED, "lost"
    return summary.status, summary.error


def progress_of(head: PlanHead, now: datetime) -> PlanProgress:
    """Return how far a draft is."""
    status, error = status_of(head, now)
    return PlanProgress(
        id=head.id, status=status, curve=head.summary.curve, iterations=head.summary.iterations, error=error
    )


async def diff_of(raw: asyncpg.Connection, tenant_id: UUID, head: PlanHead) -> PlanDiff:
    """Return what publishing a draft would change."""
    old_id = await queries.published_plan(raw, tenant_id, head.team_id, head.day)
    old = await queries.stops_of(raw, tenant_id, old_id) if old_id not in (None, head.id) else []
    new = await queries.stops_of(raw, tenant_id, head.id)
    unlawful = set(await unlawful_of(raw, tenant_id, head, new))
    lawful = [stop for stop in new if stop.case_id not in unlawful]
    moves, _ = await _handed_over(raw, tenant_id, lawful, is_locked=False)
    return diff(old, new, old_id, len(moves), unlawful)


async def publish_plan(raw: asyncpg.Connection, act: Act, plan_id: UUID, team_ids: Sequence[UUID] | None) -> None:
    """Make a draft the plan of the day; what was done and what the lead locked in the plan before stays.

    Cases go to whom the plan sends; cases closed since the draft leave it; what the gate no longer allows stays in it
    as blocked, with the rules; every phone concerned hears of it. Raises Problem: not_found, plan.not_ready,
    plan.day_past.
    """
    head = await head_of(raw, act.tenant_id, plan_id, team_ids, is_locked=True)
    if head.state is not PlanState.DRAFT or head.summary.status is not PlanStatus.READY:
        raise Problem(problems.NOT_READY)
    if act.at >= rules.midnight(head.day, head.zone) + timedelta(days=1):
        raise Problem(problems.DAY_PAST)
    old_id = await queries.published_plan(raw, act.tenant_id, head.team_id, head.day)
    if old_id is not None:
        await queries.plan_head(raw, act.tenant_id, old_id, is_locked=True)
    before = await queries.stops_of(raw, act.tenant_id, old_id) if old_id else []
    drafted = await queries.stops_of(raw, act.tenant_id, plan_id)
    unlawful = await unlawful_of(raw, act.tenant_id, head, [*drafted, *before])
    lawful = [stop for stop in drafted if stop.case_id not in unlawful]
    moves, closed = await _handed_over(raw, act.tenant_id, lawful, is_locked=True)

    for case_id in closed:
        await queries.remove_stop(raw, act.tenant_id, plan_id, case_id)
    for concerned_id in filter(None, (plan_id, old_id)):
        await block(raw, act, concerned_id, unlawful)
    await queries.publish(raw, act.tenant_id, plan_id, old_id, act.at)
    batch_id = await move_cases(raw, act, moves, AssignReason.PLAN)
    concerned = sorted({stop.user_id for stop in (*before, *drafted)})
    await insert_phone_changes(raw, act.tenant_id, "plan", "changed", [(user_id, plan_id) for user_id in concerned])
    payload = {
        "day": head.day.isoformat(),
        "replaces": str(old_id) if old_id else None,
        "stops": len(lawful) - len(closed),
        "blocked": len(unlawful),
        "handed_over": len(moves),
        "batch_id": str(batch_id),
    }
    await append_bare(raw, [event(act, "plan.published", plan_id, payload)])
    await announce(raw, act.tenant_id, "plan")


async def _handed_over(
    raw: asyncpg.Connection, tenant_id: UUID, stops: Sequence[StopView], *, is_locked: bool
) -> tuple[list[Move], list[UUID]]:
    """Return the cases that the stops give to somebody else, and those that are closed since."""
    planned = {stop.case_id: stop.user_id for stop in stops if stop.state is StopState.PLANNED}
    cases = await cases_to_move(raw, tenant_id, sorted(planned), is_locked=is_locked)
    drivers = await people(raw, tenant_id, sorted(set(planned.values())), None)
    moves = [
        case_rules.move_of(case, drivers.get(planned[case.id]))
        for case in cases
        if case.assignee_id != planned[case.id]
    ]
    return moves, sorted(planned.keys() - {case.id for case in cases})


def event(act: Act, kind: str, plan_id: UUID, payload: Mapping[str, object]) -> NewEvent:
    """Return the event of something done to a plan."""
    return NewEvent(
        id=new_id(),
        tenant_id=act.tenant_id,
        kind=kind,
        subject_id=plan_id,
        case_id=None,
        actor_id=act.actor_id,
        device_id=act.device_id,
        occurred_at=act.at,
        payload=dict(payload),
    )
