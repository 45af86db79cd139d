"""What does it cost when the lead changes a plan by hand, and how is the change made? Price first, then the same again.

The times of the routes concerned are computed anew in the order in which the stops stand; what is done stays.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.cases import rules as case_rules
from backend.cases.assigning import move_cases
from backend.cases.assignment_queries import cases_to_move, people
from backend.cases.desk_schemas import AssignReason
from backend.cases.queries import insert_phone_changes
from backend.compliance.looking import texts_of
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.live import announce
from backend.kernel.problems import Problem as Refusal
from backend.routing import plan_queries as queries
from backend.routing import problems, rules
from backend.routing.lawful import Day, lawful_doors
from backend.routing.plan_schemas import (
    EditPrice,
    Lawful,
    PlanHead,
    PlanState,
    PlanStatus,
    RoutePrice,
    StopEdit,
    StopView,
    VisitableCase,
    WorkingPerson,
)
from backend.routing.planning import event, head_of
from backend.routing.problem import Problem, Route
from backend.routing.schemas import StopState
from backend.routing.timing import Ways, best_place, timed

NEVER = (0, 0)
"""The window of a case that the gate leaves no minute: whatever begins, begins after it."""


class Table(msgspec.Struct, frozen=True):
    """A plan laid out for a change: the problem of what is still to do, and who visits what in which order.

    `doors` says when the cases of the routes concerned may be visited, asked of the gate just now.
    """

    head: PlanHead
    base: datetime
    stops: dict[UUID, StopView]
    cases: dict[UUID, VisitableCase]
    problem: Problem
    orders: dict[UUID, list[int]]
    doors: dict[UUID, Lawful]


class Changed(msgspec.Struct, frozen=True):
    """The orders after a change, the routes before and after of those concerned, and the price."""

    orders: dict[UUID, list[int]]
    before: dict[UUID, Route]
    after: dict[UUID, Route]
    price: EditPrice


async def price_edit(
    raw: asyncpg.Connection, act: Act, plan_id: UUID, edit: StopEdit, team_ids: Sequence[UUID] | None
) -> EditPrice:
    """Say what a change would cost and bring; nothing is changed. Raises the problems of `apply_edit`, less the law."""
    table = await _lay_out(raw, act, plan_id, edit, team_ids, is_locked=False)
    return changed(table, edit).price


async def apply_edit(
    raw: asyncpg.Connection, act: Act, plan_id: UUID, edit: StopEdit, team_ids: Sequence[UUID] | None
) -> EditPrice:
    """Change a draft or the published plan; phones hear of the latter, and the case goes to whom it was given.

    Raises Problem: not_found, plan.replaced, plan.not_ready, plan.case_not_in_plan, plan.no_door, plan.not_working,
    stop.done, stop.blocked, plan.unlawful_hours, plan.not_lawful (with the rules).
    """
    table = await _lay_out(raw, act, plan_id, edit, team_ids, is_locked=True)
    result = changed(table, edit)
    if not result.price.is_lawful:
        told = [{"id": one.id, "zh": one.zh, "en": one.en} for one in result.price.rules]
        kind = problems.UNLAWFUL_HOURS if table.doors[edit.case_id].windows_s else problems.NOT_LAWFUL
        raise Refusal(kind, rules=told)
    await _write(raw, act, table, edit, result)
    if table.head.state is PlanState.PUBLISHED:
        await _hand_over(raw, act, edit)
        concerned = [(user_id, plan_id) for user_id in sorted(result.after)]
        await insert_phone_changes(raw, act.tenant_id, "plan", "changed", concerned)
    payload: dict[str, object] = {"edit": msgspec.to_builtins(edit), "gain": result.price.gain}
    await append_bare(raw, [event(act, "plan.changed", plan_id, payload)])
    await announce(raw, act.tenant_id, "plan")
    return result.price


async def _lay_out(
    raw: asyncpg.Connection,
    act: Act,
    plan_id: UUID,
    edit: StopEdit,
    team_ids: Sequence[UUID] | None,
    *,
    is_locked: bool,
) -> Table:
    head = await head_of(raw, act.tenant_id, plan_id, team_ids, is_locked=is_locked)
    if head.state is PlanState.REPLACED:
        raise Refusal(problems.PLAN_REPLACED)
    if head.summary.status is not PlanStatus.READY:
        raise Refusal(problems.NOT_READY)
    stops = {stop.case_id: stop for stop in await queries.stops_of(raw, act.tenant_id, plan_id)}
    _check(stops.get(edit.case_id), edit)
    to_do = [stop for stop in stops.values() if stop.state is StopState.PLANNED]
    ids = sorted({edit.case_id, *(stop.case_id for stop in to_do)})
    cases = await queries.cases_by_id(raw, act.tenant_id, ids, head.day)
    if edit.case_id not in cases:
        raise Refusal(problems.CASE_NOT_IN_PLAN)
    if cases[edit.case_id].door is None:
        raise Refusal(problems.NO_DOOR)
    base = rules.midnight(head.day, head.zone)
    users = sorted({stop.user_id for stop in to_do} | ({edit.user_id} if edit.user_id else set()))
    working = await queries.working_people(raw, act.tenant_id, head.team_id, users, base)
    if edit.user_id is not None and edit.user_id not in {one.id for one in working}:
        raise Refusal(problems.NOT_WORKING)
    present = stops.get(edit.case_id)
    routes = {edit.user_id, present.user_id if present is not None else None}
    concerned = {edit.case_id, *(stop.case_id for stop in to_do if stop.user_id in routes)}
    agency = {one.id for one in working if one.is_agency}
    going: dict[UUID, UUID | None] = {stop.case_id: stop.user_id for stop in to_do}
    going |= {edit.case_id: edit.user_id or going.get(edit.case_id)}
    by_agency = frozenset(case_id for case_id, user_id in going.items() if user_id in agency)
    when = Day(day=head.day, zone=head.zone, by_agency=by_agency)
    law = await lawful_doors(raw, act.tenant_id, [cases[one] for one in sorted(concerned & cases.keys())], when)
    return lay_out(head, stops, cases, working, act.at, law.doors)


def _check(stop: StopView | None, edit: StopEdit) -> None:
    if stop is None and edit.user_id is None:
        raise Refusal(problems.CASE_NOT_IN_PLAN)
    if stop is not None and stop.state is StopState.DONE:
        raise Refusal(problems.STOP_DONE)
    if stop is not None and stop.state is StopState.BLOCKED and edit.user_id is None and not edit.is_out:
        raise Refusal(problems.STOP_BLOCKED)


def lay_out(
    head: PlanHead,
    stops: dict[UUID, StopView],
    cases: dict[UUID, VisitableCase],
    working: Sequence[WorkingPerson],
    now: datetime,
    doors: dict[UUID, Lawful],
) -> Table:
    """Return the table: candidates are all cases with a door, orders those of the stops still to do.

    A case that the gate leaves no minute is late wherever it stands; one of another route keeps its hours.
    """
    base = rules.midnight(head.day, head.zone)
    places = [case.door for case in cases.values() if case.door is not None]
    collectors = rules.collectors_of(working, head.day, base, now, rules.middle(places))
    best = max((case.score for case in cases.values()), default=0.0)
    candidates = [
        rules.candidate_of(
            case,
            case.door,
            _window(head, case, doors),
            worth_m=rules.prize_m(case, best),
            holder=None,
            is_must=False,
        )
        for case in cases.values()
        if case.door is not None
    ]
    wish = head.summary.wish
    problem = Problem(collectors=collectors, candidates=candidates, pause=rules.pause_of(wish), mode=wish.mode)
    place = {one.id: n for n, one in enumerate(candidates)}
    orders: dict[UUID, list[int]] = {one.id: [] for one in collectors}
    for stop in sorted(stops.values(), key=lambda one: (one.position, one.id)):
        if stop.state is StopState.PLANNED and stop.case_id in place and stop.user_id in orders:
            orders[stop.user_id].append(place[stop.case_id])
    return Table(head=head, base=base, stops=stops, cases=cases, problem=problem, orders=orders, doors=doors)


def _window(head: PlanHead, case: VisitableCase, doors: dict[UUID, Lawful]) -> tuple[int, int]:
    hours = rules.lawful_window(head.day, case.zone, rules.midnight(head.day, head.zone))
    return (rules.visit_window(doors[case.id], hours) or NEVER) if case.id in doors else hours


def changed(table: Table, edit: StopEdit) -> Changed:
    """Return the plan after a change, with its price; a pure function."""
    problem, ways = table.problem, Ways(table.problem)
    number = {one.id: n for n, one in enumerate(problem.collectors)}
    candidate = next(n for n, one in enumerate(problem.candidates) if one.id == edit.case_id)
    present = next((user for user, order in table.orders.items() if candidate in order), None)
    orders = {user: [one for one in order if one != candidate] for user, order in table.orders.items()}
    target = None if edit.is_out else edit.user_id or present
    if target is not None:
        order = orders[target]
        position = _position(table, ways, target, order, candidate, edit)
        orders[target] = [*order[:position], candidate, *order[position:]]
    concerned = [user for user in (present, target) if user is not None]
    before = {user: timed(problem, ways, number[user], table.orders[user]) for user in concerned}
    after = {user: timed(problem, ways, number[user], orders[user]) for user in concerned}
    return Changed(orders=orders, before=before, after=after, price=_price(table, edit, before, after))


def _position(table: Table, ways: Ways, user: UUID, order: Sequence[int], candidate: int, edit: StopEdit) -> int:
    """Return where in the order the stop goes: where it is wished, where it stood, or where it costs the least."""
    if edit.position is not None:
        done = sum(stop.user_id == user and stop.state is StopState.DONE for stop in table.stops.values())
        return max(0, min(len(order), edit.position - 1 - done))
    if edit.user_id is None and candidate in table.orders[user]:
        return table.orders[user].index(candidate)
    collector = next(n for n, one in enumerate(table.problem.collectors) if one.id == user)
    place = best_place(table.problem, ways, collector, order, candidate)
    return len(order) if place is None else place[0]


def _price(table: Table, edit: StopEdit, before: dict[UUID, Route], after: dict[UUID, Route]) -> EditPrice:
    case = table.cases[edit.case_id]
    was_in = any(visit.candidate == edit.case_id for route in before.values() for visit in route.visits)
    visits = [visit for route in after.values() for visit in route.visits]
    is_in = any(visit.candidate == edit.case_id for visit in visits)
    sign = int(is_in) - int(was_in)
    late_before = {visit.candidate for route in before.values() for visit in route.visits if visit.is_late}
    late_after = {visit.candidate for visit in visits if visit.is_late}
    window = _window(table.head, case, table.doors)
    law = table.doors.get(edit.case_id)
    return EditPrice(
        routes=[_route_price(table, user, before[user], after[user]) for user in after],
        gain=sign * case.score,
        overdue_minor=sign * case.overdue_minor,
        currency=case.currency,
        is_lawful=edit.is_out or (window != NEVER and not late_after - late_before),
        lawful_until=None if window == NEVER else table.base + timedelta(seconds=window[1]),
        changes_holder=edit.user_id is not None and not edit.is_out and case.assignee_id != edit.user_id,
        headcount=1 if law is None else law.headcount,
        rules=texts_of([] if law is None else law.rule_ids),
    )


def _route_price(table: Table, user: UUID, before: Route, after: Route) -> RoutePrice:
    def way(route: Route) -> int:
        return route.home_drive_m + sum(visit.drive_m for visit in route.visits)

    return RoutePrice(
        user_id=user,
        end_before=table.base + timedelta(seconds=before.end_s),
        end_after=table.base + timedelta(seconds=after.end_s),
        minutes=round((after.end_s - before.end_s) / 60),
        drive_m=way(after) - way(before),
        late_case_ids=[visit.candidate for visit in after.visits if visit.is_late],
        is_overtime=after.is_overtime,
    )


async def _write(raw: asyncpg.Connection, act: Act, table: Table, edit: StopEdit, result: Changed) -> None:
    tenant_id, plan_id = act.tenant_id, table.head.id
    locked = {case_id for case_id, stop in table.stops.items() if stop.is_locked}
    musts = {case_id for case_id, stop in table.stops.items() if stop.is_must}
    for flag, chosen in ((edit.is_locked, locked), (edit.is_must, musts)):
        if flag is not None:
            (chosen.add if flag else chosen.discard)(edit.case_id)
    written = rules.stops_of_routes(
        table.problem, list(table.cases.values()), list(result.after.values()), table.base, locked, table.doors
    )
    done = {stop.user_id: 0 for stop in written}
    for stop in table.stops.values():
        if stop.state is StopState.DONE and stop.user_id in done:
            done[stop.user_id] += 1
    written = [
        msgspec.structs.replace(stop, position=stop.position + done[stop.user_id], is_must=stop.case_id in musts)
        for stop in written
    ]
    known = table.stops.get(edit.case_id)
    if known is not None and known.state is not StopState.PLANNED and not edit.is_out:
        await queries.restore_stop(raw, tenant_id, plan_id, edit.case_id)
    if edit.is_out:
        await queries.remove_stop(raw, tenant_id, plan_id, edit.case_id)
    await queries.update_stops(raw, tenant_id, plan_id, written)
    if known is None:
        await queries.insert_stops(raw, tenant_id, plan_id, [one for one in written if one.case_id == edit.case_id])
    days = {day.user_id: day for day in table.head.summary.days}
    days |= {day.user_id: day for day in rules.day_ends(table.problem, list(result.after.values()), table.base)}
    left = [one for one in table.head.summary.unplanned if one.case_id != edit.case_id]
    summary = msgspec.structs.replace(table.head.summary, days=list(days.values()), unplanned=left)
    await queries.write_summary(raw, tenant_id, plan_id, summary)


async def _hand_over(raw: asyncpg.Connection, act: Act, edit: StopEdit) -> None:
    """Give the case to whom the published plan now sends."""
    if edit.user_id is None or edit.is_out:
        return
    cases = await cases_to_move(raw, act.tenant_id, [edit.case_id], is_locked=True)
    person = (await people(raw, act.tenant_id, [edit.user_id], None)).get(edit.user_id)
    moves = [case_rules.move_of(case, person) for case in cases if case.assignee_id != edit.user_id]
    await move_cases(raw, act, moves, AssignReason.PLAN)
