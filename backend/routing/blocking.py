"""Which planned visits does the gate allow no longer, and how do they leave the day? A freeze acts through here.

What is taken out stays visible to the lead as blocked, with the rules; it does not come back by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import asyncpg

from backend.cases.queries import insert_phone_changes
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.live import announce
from backend.routing import blocking_queries, plan_queries, rules
from backend.routing.lawful import Day, lawful_doors
from backend.routing.plan_schemas import Lawful, PlanHead, StopView
from backend.routing.schemas import StopState


async def unlawful_of(
    raw: asyncpg.Connection, tenant_id: UUID, head: PlanHead, stops: Iterable[StopView]
) -> dict[UUID, Lawful]:
    """Return the cases whose planned visit the gate allows no longer, with what stands against it."""
    planned = {stop.case_id: stop for stop in stops if stop.state is StopState.PLANNED}
    if not planned:
        return {}
    base = rules.midnight(head.day, head.zone)
    cases = await plan_queries.cases_by_id(raw, tenant_id, sorted(planned), head.day)
    people = sorted({stop.user_id for stop in planned.values()})
    working = await plan_queries.working_people(raw, tenant_id, head.team_id, people, base)
    agency = {one.id for one in working if one.is_agency}
    when = Day(
        day=head.day,
        zone=head.zone,
        by_agency=frozenset(case_id for case_id, stop in planned.items() if stop.user_id in agency),
        arrivals={case_id: stop.arrive_at for case_id, stop in planned.items()},
    )
    law = await lawful_doors(raw, tenant_id, list(cases.values()), when)
    return {
        case_id: found
        for case_id, found in law.doors.items()
        if not rules.is_still_lawful(planned[case_id], found, base)
    }


async def block(raw: asyncpg.Connection, act: Act, plan_id: UUID, unlawful: Mapping[UUID, Lawful]) -> list[UUID]:
    """Take the visits of these cases out of a plan, with the rules; returns whose routes were touched."""
    if not unlawful:
        return []
    taken = await blocking_queries.block_stops(raw, act, plan_id, {one: law.rule_ids for one, law in unlawful.items()})
    events = [
        case_event(
            act, "stop.blocked", stop.id, stop.case_id,
            {"plan_id": str(plan_id), "user_id": str(stop.user_id), "rule_ids": unlawful[stop.case_id].rule_ids},
        )
        for stop in taken
    ]  # fmt: skip
    await append_bare(raw, events)
    return sorted({stop.user_id for stop in taken})


async def block_cases(raw: asyncpg.Connection, act: Act, case_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Judge again what published plans of today and later hold of these people, and take out what is lawful no more.

    All cases of the same obligors are looked at: what stands against contacts stands against the person. Phones and
    screens are told in the same transaction; returns (plan, person) whose day is another one.
    """
    touched: list[tuple[UUID, UUID]] = []
    for plan_id, planned in (await blocking_queries.planned_of(raw, act.tenant_id, case_ids, act.at)).items():
        head = await plan_queries.plan_head(raw, act.tenant_id, plan_id, is_locked=True)
        if head is None:
            continue
        stops = [one for one in await plan_queries.stops_of(raw, act.tenant_id, plan_id) if one.case_id in planned]
        users = await block(raw, act, plan_id, await unlawful_of(raw, act.tenant_id, head, stops))
        touched += [(plan_id, user_id) for user_id in users]
    if touched:
        pairs = [(user_id, plan_id) for plan_id, user_id in touched]
        await insert_phone_changes(raw, act.tenant_id, "plan", "changed", pairs)
        await announce(raw, act.tenant_id, "plan")
    return touched
