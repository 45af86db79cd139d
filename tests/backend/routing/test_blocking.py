"""Does a freeze take a person out of the day at once, whoever raised it, and does only a lead bring them back?"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.cases.assigning import next_case
from backend.cases.list_queries import desk_of
from backend.compliance.assembling import Asked, situations_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.commands import close_stop, plan_contacts, raise_stop
from backend.compliance.contact_schemas import CloseWish, Contact, StopWish
from backend.compliance.permit_commands import draw_permits
from backend.compliance.permit_schemas import Ask, Holder, HolderKind, PermitSettings, Refused
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Channel, Decision, Status, StatusKind
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.routing import editing, planning
from backend.routing.plan_queries import insert_stops, plan_head, stops_of
from backend.routing.plan_schemas import NewStop, StopEdit, Stretch
from backend.routing.queries import plan_of, write_stops
from backend.routing.rules import midnight
from backend.routing.schemas import StopState, StopWrite
from backend.sync.jobs import refresh_epoch
from backend.visits.codes import MEANINGS
from tests.backend.app.test_reactions import react_all
from tests.plans import write_plan
from tests.world import ZONE, World


def working_day(now: datetime) -> date:
    """Return the next day on which companies are visited too."""
    return next(day for n in range(1, 4) if (day := (now + timedelta(days=n)).date()).isoweekday() < 6)


DAY = working_day(datetime.now(tz=UTC) + timedelta(hours=8))
BASE = midnight(DAY, ZONE)


@pytest.fixture(autouse=True)
async def epoch(job_database: Database) -> None:
    """Give the cluster its epoch, as every start of the worker does."""
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)


def act_of(world: World, user_id: UUID | None) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=user_id, device_id=None, at=clock.now())


async def published(database: Database, world: World, *cases: int, state: str = "published") -> UUID:
    """Write a plan in which Mei visits these cases from ten o'clock on."""
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        plan_id = await write_plan(raw, world, DAY, clock.now(), state=state)
        await insert_stops(raw, world.tenant_id, plan_id, [stop(world, case, n) for n, case in enumerate(cases, 1)])
    return plan_id


def stop(world: World, case: int, position: int) -> NewStop:
    arrive = BASE + timedelta(hours=9 + position)
    whole_day = Stretch(start=BASE + timedelta(hours=8), end=BASE + timedelta(hours=22))
    return NewStop(
        case_id=world.cases[case], user_id=world.mei, address_id=world.addresses[case], position=position,
        arrive_at=arrive, leave_at=arrive + timedelta(minutes=15), window_start=whole_day.start,
        window_end=whole_day.end, drive_s=60, drive_m=500, is_locked=False, is_must=False, reasons=[], headcount=2,
        lawful=[whole_day], rule_ids=["CN-VISIT-01"],
    )  # fmt: skip


async def frozen(database: Database, world: World, case: int, kind: StatusKind = StatusKind.FREEZE) -> UUID:
    wish = StopWish(id=new_id(), status=Status(kind=kind), person=None, reason="complaint by letter")
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        await raise_stop(raw, act_of(world, world.lin), world.cases[case], wish)
    return wish.id


async def states(database: Database, world: World, plan_id: UUID) -> dict[int, tuple[str, list[str]]]:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        stops = await stops_of(raw, world.tenant_id, plan_id)
    return {world.cases.index(one.case_id): (one.state.value, one.rule_ids) for one in stops}


async def told(raw: asyncpg.Connection, world: World) -> list[tuple[str, UUID]]:
    rows = await raw.fetch("SELECT noun, noun_id FROM phone_changes WHERE user_id = $1", world.mei)
    return sorted({(row["noun"], row["noun_id"]) for row in rows})


async def offered(raw: asyncpg.Connection, world: World, case: int) -> list[str]:
    """Return by which ways the person of a case may still be reached: call, visit, a permit for a phone."""
    at = BASE + timedelta(hours=10)
    ways = [(Channel.CALL, world.contacts[case]), (Channel.VISIT, world.addresses[case])]
    asked = [Asked(case_id=world.cases[case], channel=channel, to_id=to, at=at) for channel, to in ways]
    situations = [one for one in await situations_of(raw, world.tenant_id, asked) if one is not None]
    allowed = [
        one.action.channel.value for one in situations if evaluate(one, shipped_packs()).decision is Decision.ALLOW
    ]
    asks = [
        Ask(id=new_id(), budget=world.obligors[case], situation=one, until=at + timedelta(hours=4))
        for one in situations
    ]
    holder = Holder(kind=HolderKind.PHONE, id="mei")
    drawn = await draw_permits(raw, world.tenant_id, holder, asks, shipped_packs(), PermitSettings())
    return [*allowed, *("permit" for one in drawn if not isinstance(one, Refused))]


async def given_out(raw: asyncpg.Connection, world: World) -> set[int]:
    """Return the cases that a desk is given one after the other, at ten o'clock of that day."""
    desk = await desk_of(raw, world.tenant_id, world.cai, [world.desk_team_id])
    passed: list[UUID] = []
    while (one := await next_case(raw, desk, passed, BASE + timedelta(hours=10))).case_id is not None:
        passed.append(one.case_id)
    return {world.cases.index(one) for one in passed}


async def test_after_a_freeze_no_path_offers_the_person(
    database: Database, job_database: Database, world: World
) -> None:
    """N10: one step of the worker, which idles half a second, and nobody is sent, called or given a permit."""
    plan_id = await published(database, world, 0, 1)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        assert await offered(raw, world, 1) == ["call", "visit", "permit", "permit"]
        assert {0, 3} <= await given_out(raw, world)
    freeze_id = await frozen(database, world, 0)
    await react_all(job_database, world)
    assert await states(database, world, plan_id) == {
        0: ("blocked", ["GEN-FREEZE-01"]), 1: ("planned", ["CN-VISIT-01"]),
    }  # fmt: skip
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        assert await offered(raw, world, 0) == []
        desk = await given_out(raw, world)
        assert 0 not in desk
        assert 3 in desk
        phone = await plan_of(raw, world.tenant_id, world.mei)
        assert phone is not None
        assert [one.case_id for one in phone.stops] == [world.cases[1]]
        assert await told(raw, world) == sorted([("case", world.cases[0]), ("plan", plan_id)])
        messages = await raw.fetch("SELECT user_id, kind FROM messages WHERE tenant_id = $1", world.tenant_id)
        assert [tuple(row) for row in messages] == [(world.mei, "plan_changed")]
        # A new draft leaves the person out and says why.
        with pytest.raises(Problem) as refused:
            await editing.apply_edit(raw, act_of(world, world.lin), plan_id, back(world, 0), None)
        assert refused.value.kind.code == "plan.not_lawful"
        assert refused.value.data["rules"][0]["id"] == "GEN-FREEZE-01"  # type: ignore[index] # JSON

    async with bare_transaction(database, world.scope(world.lin)) as raw:
        await close_stop(raw, act_of(world, world.lin), freeze_id, CloseWish(reason="answered", at=None))
    await react_all(job_database, world)
    assert (await states(database, world, plan_id))[0][0] == "blocked"
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        await editing.apply_edit(raw, act_of(world, world.lin), plan_id, back(world, 0), None)
    assert await states(database, world, plan_id) == {
        0: ("planned", ["CN-VISIT-01"]), 1: ("planned", ["CN-VISIT-01"]),
    }  # fmt: skip


def back(world: World, case: int) -> StopEdit:
    return StopEdit(
        case_id=world.cases[case], user_id=world.mei, position=1, is_locked=None, is_must=None, is_out=False
    )


@pytest.mark.parametrize(
    ("result", "rule_ids"),
    [("MET_PLAN_SIGNED", ["HOUSE-PLAN-01"]), ("MET_COMPLAINT", ["GEN-FREEZE-01"])],
)
async def test_what_a_visit_raised_takes_the_person_out_of_other_days(
    database: Database, job_database: Database, world: World, result: str, rule_ids: Sequence[str]
) -> None:
    """HOUSE-PLAN-01: a plan that was signed at the door stops calls and visits while it is kept."""
    plan_id = await published(database, world, 1)
    now = clock.now()
    contact = Contact(
        id=new_id(), case_id=world.cases[1], to_id=world.addresses[1], is_obligor=True, meaning=MEANINGS[result],
        at=now - timedelta(days=1), next_on=None,
    )  # fmt: skip
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        for statement in plan_contacts(world.tenant_id, world.mei, Channel.VISIT, [contact]):
            await raw.execute(statement.sql, *statement.arguments)
        act = Act(tenant_id=world.tenant_id, actor_id=world.mei, device_id=None, at=contact.at)
        await append_bare(raw, [case_event(act, "visit.recorded", contact.id, world.cases[1], {})])
    # It happened yesterday, out of reach: news that nobody is woken for, but a duty all the same.
    await react_all(job_database, world)
    state, said = (await states(database, world, plan_id))[1]
    assert (state, set(rule_ids) <= set(said)) == ("blocked", True)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        assert await offered(raw, world, 1) == []


async def test_a_draft_whose_person_was_stopped_meanwhile_is_published_without_them(
    database: Database, world: World
) -> None:
    draft = await published(database, world, 0, 3, state="draft")
    await frozen(database, world, 3, StatusKind.INSTALMENT_AGREEMENT)
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        head = await plan_head(raw, world.tenant_id, draft, is_locked=False)
        assert head is not None
        difference = await planning.diff_of(raw, world.tenant_id, head)
        assert (difference.unlawful_case_ids, difference.handed_over) == ([world.cases[3]], 0)
        await planning.publish_plan(raw, act_of(world, world.lin), draft, None)
        holder = await raw.fetchval("SELECT assignee_id FROM cases WHERE id = $1", world.cases[3])
    assert holder == world.bo, "a case that is not visited is not handed over"
    found = await states(database, world, draft)
    assert (found[0][0], found[3]) == ("planned", ("blocked", ["HOUSE-PLAN-01"]))


async def test_a_stop_that_a_phone_brings_back_is_judged_again(
    database: Database, job_database: Database, world: World
) -> None:
    """It was put aside when the person was stopped; taking that back would have sent somebody there."""
    plan_id = await published(database, world, 0)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        stop_id = await raw.fetchval("UPDATE stops SET state = 'skipped' WHERE plan_id = $1 RETURNING id", plan_id)
    await frozen(database, world, 0)
    await react_all(job_database, world)
    assert (await states(database, world, plan_id))[0][0] == "skipped"
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        back_again = StopWrite(id=stop_id, state=StopState.PLANNED, position=1, skip_reason=None)
        await write_stops(raw, world.tenant_id, [back_again], clock.now())
        await append_bare(raw, [planning.event(act_of(world, world.mei), "stop.restored", stop_id, {})])
    await react_all(job_database, world)
    assert (await states(database, world, plan_id))[0] == ("blocked", ["GEN-FREEZE-01"])
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        await write_stops(raw, world.tenant_id, [back_again], clock.now())
    assert (await states(database, world, plan_id))[0][0] == "blocked", "what a phone did not know of does not undo it"


async def test_a_plan_that_was_published_beside_a_freeze_is_looked_at_again(
    database: Database, job_database: Database, world: World
) -> None:
    """Neither transaction saw the other: the freeze was reacted to before the plan was there."""
    await frozen(database, world, 0)
    await react_all(job_database, world)
    plan_id = await published(database, world, 0)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        event = planning.event(act_of(world, world.lin), "plan.published", plan_id, {"replaces": None})
        await append_bare(raw, [event])
    await react_all(job_database, world)
    assert (await states(database, world, plan_id))[0] == ("blocked", ["GEN-FREEZE-01"])
