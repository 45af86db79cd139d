"""Who is told what, after what happened, and is it told once?"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
import pytest

from backend.app.reactions import NEWS_FOR, REACTIONS, READER, PlanEdited, step
from backend.cases.assigning import assign_cases, move_cases, undo_batch
from backend.cases.assignment_queries import cases_to_move
from backend.cases.commands import open_or_refresh_cases
from backend.cases.desk_schemas import AssignReason, AssignWish, Move
from backend.cases.queries import insert_phone_changes
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.reader_queries import is_alone
from backend.journal.schemas import NewEvent
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.routing.plan_schemas import StopEdit
from backend.sync.jobs import refresh_epoch
from tests.plans import write_plan
from tests.world import TODAY, World

Told = list[tuple[str, str, UUID | None]]


@pytest.fixture(autouse=True)
async def epoch(job_database: Database) -> None:
    """Give the cluster its epoch, as every start of the server and the worker does."""
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)


def act_of(world: World, user_id: UUID | None = None, at: datetime | None = None) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=user_id or world.lin, device_id=None, at=at or clock.now())


async def react_all(jobs: Database, world: World) -> int:
    """React until nothing is left; other tests' transactions may hold the stream back for a moment."""
    read = 0
    for _ in range(40):
        read += await step(jobs, world.tenant_id, clock.now())
        async with jobs.pool.acquire() as raw:
            left = await raw.fetchval(
                "SELECT count(*) FROM events LEFT JOIN reader_positions AS at"
                " ON at.tenant_id = events.tenant_id AND at.reader = $2"
                " WHERE events.tenant_id = $1 AND (at.xid IS NULL OR (events.xid, events.id) > (at.xid, at.event_id))",
                world.tenant_id,
                READER,
            )
        if left == 0:
            return read
        await asyncio.sleep(0.05)
    raise AssertionError("the journal was not read to its end")


async def told(jobs: Database, world: World) -> Told:
    """Return (who, kind, case) of all messages."""
    names = {world.mei: "mei", world.bo: "bo", world.lin: "lin", world.cai: "cai", world.ada: "ada"}
    async with jobs.pool.acquire() as raw:
        rows = await raw.fetch("SELECT user_id, kind, case_id FROM messages WHERE tenant_id = $1", world.tenant_id)
    return sorted(((names[row["user_id"]], row["kind"], row["case_id"]) for row in rows), key=str)


async def assign(database: Database, world: World, cases: Sequence[UUID], user_id: UUID | None, actor: UUID) -> UUID:
    wish = AssignWish(
        case_ids=list(cases), territory_id=None, area=None, user_id=user_id, only_unassigned=False, reason="manual"
    )
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        return (await assign_cases(raw, act_of(world, actor), wish, None)).batch_id


async def plan(database: Database, world: World, routes: dict[UUID, list[UUID]], replaces: UUID | None = None) -> UUID:
    """Publish a plan with these cases per collector, in this order."""
    now = clock.now()
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        if replaces is not None:
            await raw.execute("UPDATE day_plans SET state = 'replaced' WHERE id = $1", replaces)
        plan_id = await write_plan(raw, world, TODAY, now)
        for user_id, cases in routes.items():
            await raw.executemany(
                "INSERT INTO stops (id, tenant_id, plan_id, case_id, user_id, position, arrive_at, leave_at,"
                " window_start, window_end, drive_s, drive_m) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8, 60, 500)",
                [
                    (new_id(), world.tenant_id, plan_id, case_id, user_id, n, now, now + timedelta(minutes=20))
                    for n, case_id in enumerate(cases, 1)
                ],
            )
        payload: dict[str, object] = {"replaces": None if replaces is None else str(replaces)}
        await append_bare(raw, [event(world, "plan.published", plan_id, payload)])
    return plan_id


def event(
    world: World, kind: str, subject_id: UUID, payload: dict[str, object], at: datetime | None = None
) -> NewEvent:
    return NewEvent(
        id=new_id(), tenant_id=world.tenant_id, kind=kind, subject_id=subject_id, case_id=None, actor_id=world.lin,
        device_id=None, occurred_at=at or clock.now(), payload=payload,
    )  # fmt: skip


async def edit(
    database: Database, world: World, plan_id: UUID, users: Sequence[UUID], change: dict[str, object]
) -> None:
    """Change a stop as the lead's edit does: which phones must pull, and the event, in one transaction."""
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await insert_phone_changes(raw, world.tenant_id, "plan", "changed", [(user, plan_id) for user in users])
        await append_bare(raw, [event(world, "plan.changed", plan_id, {"edit": change, "gain": 0})])


async def book(raw: asyncpg.Connection, world: World, n: int, overdue_minor: int) -> None:
    await raw.execute(
        "UPDATE balances SET overdue_minor = $2::bigint, days_past_due = least(days_past_due, $2::bigint)"
        " WHERE account_id = $1",
        world.accounts[n],
        overdue_minor,
    )


async def pay(raw: asyncpg.Connection, world: World, n: int) -> None:
    await raw.execute(
        "INSERT INTO payments (id, tenant_id, account_id, obligor_id, external_ref, paid_on, amount_minor, currency,"
        " mode, row_hash) VALUES ($1, $2, $3, $4, $5, $6, 1000, 'CNY', 'transfer', '\\x00')",
        new_id(), world.tenant_id, world.accounts[n], world.obligors[n], f"P{n}", clock.now().date(),
    )  # fmt: skip


async def refresh(jobs: Database, world: World, owed: dict[int, int], payers: Sequence[int] = ()) -> None:
    """Let a newer book say what is overdue, by the number of the obligor, and who paid."""
    async with jobs.pool.acquire() as raw, raw.transaction():
        for n, overdue_minor in owed.items():
            await book(raw, world, n, overdue_minor)
        for n in payers:
            await pay(raw, world, n)
        await open_or_refresh_cases(raw, world.tenant_id, [world.obligors[n] for n in owed], clock.now())


async def test_a_plan_is_told_to_each_collector_with_stops(
    database: Database, job_database: Database, world: World
) -> None:
    """OU-4, RT-1."""
    await plan(database, world, {world.mei: world.cases[:2], world.bo: world.cases[3:4]})
    await react_all(job_database, world)
    assert await told(job_database, world) == [("bo", "plan_published", None), ("mei", "plan_published", None)]


async def test_a_plan_published_anew_is_told_to_those_whose_route_is_another_one(
    database: Database, job_database: Database, world: World
) -> None:
    first = await plan(database, world, {world.mei: world.cases[:2], world.bo: world.cases[3:4]})
    await react_all(job_database, world)
    await plan(database, world, {world.mei: world.cases[1::-1], world.bo: world.cases[3:4]}, replaces=first)
    await react_all(job_database, world)
    assert [one for one in await told(job_database, world) if one[1] == "plan_changed"] == [
        ("mei", "plan_changed", None)
    ]


async def test_who_falls_out_of_a_plan_and_who_comes_into_it_is_told(
    database: Database, job_database: Database, world: World
) -> None:
    first = await plan(database, world, {world.mei: world.cases[:2]})
    await react_all(job_database, world)
    await plan(database, world, {world.bo: world.cases[:2]}, replaces=first)
    await react_all(job_database, world)
    assert await told(job_database, world) == [
        ("bo", "plan_published", None),
        ("mei", "plan_changed", None),
        ("mei", "plan_published", None),
    ]


async def test_a_moved_stop_is_told_to_both_and_a_lock_to_nobody(
    database: Database, job_database: Database, world: World
) -> None:
    plan_id = await plan(database, world, {world.mei: world.cases[:2], world.bo: world.cases[3:4]})
    await react_all(job_database, world)
    await edit(database, world, plan_id, [world.mei], {"user_id": None, "is_out": False, "is_locked": True})
    await react_all(job_database, world)
    assert all(kind == "plan_published" for _, kind, _ in await told(job_database, world))
    for _ in range(2):
        await edit(database, world, plan_id, [world.mei, world.bo], {"user_id": str(world.bo), "is_out": False})
    await react_all(job_database, world)
    changed = [who for who, kind, _ in await told(job_database, world) if kind == "plan_changed"]
    assert changed == ["bo", "mei"]


async def test_a_draft_is_changed_in_silence(database: Database, job_database: Database, world: World) -> None:
    plan_id = await plan(database, world, {world.mei: world.cases[:2]})
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE day_plans SET state = 'draft' WHERE id = $1", plan_id)
    await edit(database, world, plan_id, [], {"user_id": str(world.mei), "is_out": False})
    await react_all(job_database, world)
    assert [kind for _, kind, _ in await told(job_database, world)] == ["plan_published"]


async def test_who_loses_a_case_and_who_gets_it_are_told(
    database: Database, job_database: Database, world: World
) -> None:
    """AL-2, OU-4: the loser must not go there."""
    await assign(database, world, world.cases[:1], world.bo, world.lin)
    await react_all(job_database, world)
    assert await told(job_database, world) == [("bo", "case_given", world.cases[0]), ("mei", "case_taken", None)]


async def test_many_cases_of_a_batch_are_told_at_once(database: Database, job_database: Database, world: World) -> None:
    await assign(database, world, world.cases[:3], world.bo, world.lin)
    await react_all(job_database, world)
    assert await told(job_database, world) == [("bo", "case_given", None), ("mei", "case_taken", None)]


async def test_a_released_case_and_an_undone_batch_are_told_too(
    database: Database, job_database: Database, world: World
) -> None:
    batch_id = await assign(database, world, world.cases[:1], None, world.lin)
    await react_all(job_database, world)
    assert await told(job_database, world) == [("mei", "case_taken", None)]
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await undo_batch(raw, act_of(world), batch_id)
    await react_all(job_database, world)
    assert await told(job_database, world) == [("mei", "case_given", world.cases[0]), ("mei", "case_taken", None)]


async def test_nobody_is_told_what_they_did_themselves(
    database: Database, job_database: Database, world: World
) -> None:
    await assign(database, world, world.cases[:1], world.bo, world.bo)
    await react_all(job_database, world)
    assert await told(job_database, world) == [("mei", "case_taken", None)]


async def test_cases_that_a_plan_hands_over_are_told_with_the_plan(
    database: Database, job_database: Database, world: World
) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        (case,) = await cases_to_move(raw, world.tenant_id, world.cases[:1], is_locked=True)
        move = Move(case=case, user_id=world.bo, team_id=case.team_id, desk_team_id=case.desk_team_id)
        await move_cases(raw, act_of(world), [move], AssignReason.PLAN)
    await react_all(job_database, world)
    assert await told(job_database, world) == [("mei", "case_taken", None)]


async def test_a_payment_is_told_to_the_holder_with_the_case(job_database: Database, world: World) -> None:
    """OU-4: whoever is on the way there turns round."""
    await refresh(job_database, world, {0: 100_000}, payers=[0])
    await react_all(job_database, world)
    assert await told(job_database, world) == [("mei", "client_paid", world.cases[0])]
    await refresh(job_database, world, {0: 0})
    await react_all(job_database, world)
    assert await told(job_database, world) == [("mei", "client_paid", world.cases[0])] * 2


async def test_less_due_without_a_payment_is_not_called_one(job_database: Database, world: World) -> None:
    await refresh(job_database, world, {3: 1000})
    await react_all(job_database, world)
    assert await told(job_database, world) == [("bo", "debt_lowered", world.cases[3])]


async def test_more_due_and_a_case_that_nobody_has_are_no_news(job_database: Database, world: World) -> None:
    await refresh(job_database, world, {0: 9_000_000, 5: 100}, payers=[0, 5])
    await react_all(job_database, world)
    assert await told(job_database, world) == []


async def test_an_import_in_which_many_paid_wakes_a_phone_once(job_database: Database, world: World) -> None:
    await refresh(job_database, world, {0: 1, 1: 1, 2: 1, 3: 1}, payers=[0, 1, 2, 3])
    await react_all(job_database, world)
    assert await told(job_database, world) == [
        ("bo", "client_paid", world.cases[3]),
        ("mei", "client_paid", None),
    ]


async def test_old_events_wake_nobody_and_are_passed(database: Database, job_database: Database, world: World) -> None:
    plan_id = await plan(database, world, {world.mei: world.cases[:2]})
    old = clock.now() - NEWS_FOR - timedelta(minutes=1)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await append_bare(raw, [event(world, "plan.published", plan_id, {"replaces": None}, at=old)])
    await react_all(job_database, world)
    assert await told(job_database, world) == [("mei", "plan_published", None)]


async def test_an_event_is_reacted_to_once_by_however_many_workers(
    database: Database, job_database: Database, world: World
) -> None:
    await plan(database, world, {world.mei: world.cases[:2]})
    await asyncio.gather(*(step(job_database, world.tenant_id, clock.now()) for _ in range(4)))
    await react_all(job_database, world)
    assert await step(job_database, world.tenant_id, clock.now()) == 0
    assert await told(job_database, world) == [("mei", "plan_published", None)]


async def test_a_reader_whose_place_is_taken_leaves_it_alone(
    database: Database, job_database: Database, world: World
) -> None:
    await plan(database, world, {world.mei: world.cases[:2]})
    async with job_database.pool.acquire() as raw, raw.transaction():
        assert await is_alone(raw, world.tenant_id, READER)
        assert await step(job_database, world.tenant_id, clock.now()) == 0
    assert await react_all(job_database, world) > 0


async def test_after_a_restore_everything_is_read_again_and_nothing_told_twice(
    database: Database, job_database: Database, world: World
) -> None:
    """A position of another life of the cluster means nothing."""
    await plan(database, world, {world.mei: world.cases[:2]})
    await assign(database, world, world.cases[:1], world.bo, world.lin)
    read = await react_all(job_database, world)
    before = await told(job_database, world)
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE reader_positions SET epoch = gen_random_uuid() WHERE tenant_id = $1", world.tenant_id)
    assert await step(job_database, world.tenant_id, clock.now()) == read
    assert await told(job_database, world) == before


@pytest.mark.parametrize("user_id", [None, new_id()])
def test_the_edit_of_a_plan_is_read_as_it_is_written(user_id: UUID | None) -> None:
    """`routing.editing` puts the lead's whole wish into the event."""
    wish = StopEdit(case_id=new_id(), user_id=user_id, position=1, is_locked=None, is_must=None, is_out=False)
    payload = msgspec.json.decode(msgspec.json.encode({"edit": msgspec.to_builtins(wish), "gain": 0}))
    assert msgspec.convert(payload, PlanEdited).edit.user_id == user_id


def test_the_table_names_events_that_somebody_writes() -> None:
    assert set(REACTIONS) == {
        "plan.published",
        "plan.changed",
        "case.assigned",
        "case.released",
        "case.refreshed",
        "case.cured",
        "limitation.due",
    }
