"""Is the time of a case computed from what is on file, warned of once, and felt by the gate?"""

from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
import pytest

from backend.app.reactions import step as react_step
from backend.compliance.assembling import situations_of
from backend.compliance.limitation.clock import ObstacleKind
from backend.compliance.limitation.guarantees import GuaranteeKind
from backend.compliance.limitation.proof import FactKind, Proof
from backend.compliance.limitation.watches import Asset, WatchKind
from backend.compliance.limitation_commands import limitation_of, record_fact
from backend.compliance.limitation_jobs import watch_tenant
from backend.compliance.limitation_queries import obligations
from backend.compliance.limitation_schemas import (
    ActBody,
    Body,
    EndedBody,
    ExpiryBody,
    FactWish,
    FreezeBody,
    GuaranteeBody,
    LimitationFile,
    ObstacleBody,
    ProofSource,
    ProvenBy,
    RenewalBody,
    TakenBackBody,
)
from backend.compliance.schemas import PersonKind
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.sync.jobs import refresh_epoch
from tests.backend.compliance.test_assembling import ask
from tests.backend.sync.phone import NOW
from tests.world import World

TODAY = date(2026, 11, 24)
PAPER = ProvenBy(kind=ProofSource.DOCUMENT, ref="folder 3, sheet 12")
DEMAND = ActBody(kind=FactKind.DEMAND, proof=Proof.SIGNED, person=None, due_on=None, gives_up_rest=False, is_lost=False)
SUIT = msgspec.structs.replace(DEMAND, kind=FactKind.SUIT, proof=Proof.FILED)


def act_of(world: World, at: datetime = NOW) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=at)


def wish(body: Body, on: date, **changes: object) -> FactWish:
    plain: dict[str, object] = {
        "id": new_id(), "account_id": None, "on": on, "body": body, "evidence": PAPER, "note": "",
    }  # fmt: skip
    return FactWish(**(plain | changes))  # type: ignore[arg-type] # the fields of a struct by name


async def due(jobs: Database, world: World, case: int, *days: date) -> None:
    """Give the account of a case a schedule."""
    async with jobs.pool.acquire() as raw:
        for number, day in enumerate(days, start=1):
            await raw.execute(
                "INSERT INTO instalments (tenant_id, account_id, number, due_on, principal_minor, interest_minor,"
                " fee_minor, row_hash) VALUES ($1, $2, $3, $4, 100, 1, 0, $5)",
                world.tenant_id, world.accounts[case], number, day, b"\0" * 16,
            )  # fmt: skip


async def paid(jobs: Database, world: World, case: int, on: date) -> None:
    async with jobs.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO payments (id, tenant_id, account_id, obligor_id, external_ref, paid_on, amount_minor,"
            " currency, mode, row_hash) VALUES ($1, $2, $3, $4, $5, $6, 100, 'CNY', 'transfer', $7)",
            new_id(), world.tenant_id, world.accounts[case], world.obligors[case], str(new_id()), on, b"\0" * 16,
        )  # fmt: skip


async def read(raw: asyncpg.Connection, world: World, case: int = 0) -> LimitationFile:
    return await limitation_of(raw, act_of(world), world.cases[case])


async def test_the_clock_runs_from_the_last_instalment_and_payments_and_proven_facts_move_it(
    database: Database, job_database: Database, world: World
) -> None:
    await due(job_database, world, 0, date(2023, 10, 20), date(2023, 11, 20))
    ends = []
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        steps = [None, wish(msgspec.structs.replace(DEMAND, proof=Proof.UNANSWERED), date(2026, 5, 1))]
        steps += [wish(DEMAND, date(2025, 6, 30))]
        for one in steps:
            if one is not None:
                await record_fact(raw, act_of(world), world.cases[0], one)
            (clock,) = (await read(raw, world)).clocks
            ends.append((clock.act_by, clock.state, clock.proof))
    await paid(job_database, world, 0, date(2026, 2, 27))
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        (clock,) = (await read(raw, world)).clocks
    assert ends == [
        (date(2026, 11, 20), "expired", None),
        (date(2026, 11, 20), "expired", None),
        (date(2028, 6, 30), "running", "signed"),
    ]
    assert (clock.act_by, clock.proof, clock.years_without_data) == (date(2029, 2, 27), "posted", [2029])
    assert [(one.kind, one.counts, one.rule, one.why) for one in clock.steps] == [
        ("demand", True, "CN-SOL-05", "restarts"),
        ("payment", True, "CN-SOL-06", "restarts"),
        ("demand", False, "CN-SOL-05", "not_proven"),
    ]


async def test_a_fact_that_was_taken_back_counts_no_longer_and_a_suit_holds_until_it_ends(
    database: Database, job_database: Database, world: World
) -> None:
    await due(job_database, world, 0, date(2023, 11, 20))
    demand, suit = wish(DEMAND, date(2025, 6, 30)), wish(SUIT, date(2026, 11, 2))
    found = []
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        for one in (
            demand,
            wish(TakenBackBody(names=demand.id), TODAY),
            suit,
            wish(EndedBody(names=suit.id), date(2026, 11, 23)),
        ):
            await record_fact(raw, act_of(world), world.cases[0], one)
            (clock,) = (await read(raw, world)).clocks
            found.append((clock.act_by, clock.open_procedure == str(suit.id)))
    assert found == [
        (date(2028, 6, 30), False),
        (date(2026, 11, 20), False),
        (date(2029, 11, 2), True),
        (date(2029, 11, 23), False),
    ]


async def test_guarantees_and_renewals_have_dates_of_their_own(
    database: Database, job_database: Database, world: World
) -> None:
    await due(job_database, world, 0, date(2026, 6, 30))
    freeze = wish(FreezeBody(asset=Asset.BANK_DEPOSIT, months=None), date(2026, 3, 10))
    guarantee = GuaranteeBody(
        guarantor="赵大", guarantor_kind=PersonKind.NATURAL, kind=GuaranteeKind.JOINT, main_due_on=None,
        agreed_until=None, defence_ended_on=None,
    )  # fmt: skip
    facts = [
        freeze,
        wish(RenewalBody(names=freeze.id, months=6), date(2026, 11, 1)),
        wish(guarantee, date(2024, 1, 5)),
        wish(ExpiryBody(kind=WatchKind.COLLATERAL_INSURANCE, ends_on=date(2026, 12, 1)), date(2025, 12, 1)),
        wish(ExpiryBody(kind=WatchKind.COLLATERAL_INSURANCE, ends_on=date(2027, 12, 1)), date(2026, 11, 20)),
        wish(ObstacleBody(kind=ObstacleKind.FORCE_MAJEURE, removed_on=None), date(2026, 7, 1)),
    ]
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        for one in facts:
            await record_fact(raw, act_of(world), world.cases[0], one)
        file = await read(raw, world)
        listed = await obligations(raw, world.tenant_id, date(2026, 1, 1), date(2030, 1, 1), None, TODAY)
    dates = {clock.kind: clock.act_by for clock in file.clocks}
    assert dates == {
        "guarantee": date(2026, 12, 30),
        "court_freeze": date(2027, 5, 1),
        "collateral_insurance": date(2027, 12, 1),
        "claim": date(2029, 6, 30),
    }
    assert [(one.kind, one.act_by) for one in listed.items] == sorted(dates.items(), key=lambda one: one[1])
    assert listed.items[0].alerts_raised == [180, 90]


@pytest.mark.parametrize(
    ("body", "on", "says"),
    [
        (DEMAND, TODAY + timedelta(days=1), "ahead"),
        (DEMAND, date(1979, 12, 31), "from 1980"),
        (msgspec.structs.replace(DEMAND, kind=FactKind.JUDGMENT, proof=Proof.FILED), TODAY, "performance period"),
        (EndedBody(names=new_id()), TODAY, "no fact"),
        (ObstacleBody(kind=ObstacleKind.OTHER, removed_on=date(2026, 1, 1)), TODAY, "before it began"),
        (ExpiryBody(kind=WatchKind.COLLATERAL_INSURANCE, ends_on=date(2026, 1, 1)), TODAY, "not before"),
    ],
)
async def test_a_fact_that_cannot_be_is_refused_with_the_reason(
    database: Database, world: World, body: Body, on: date, says: str
) -> None:
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        with pytest.raises(Problem, match="fact_unfit") as refused:
            await record_fact(raw, act_of(world), world.cases[0], wish(body, on))
    assert says in str(refused.value.data)


async def test_a_fact_names_evidence_of_its_own_case_and_is_written_once(database: Database, world: World) -> None:
    unknown = ProvenBy(kind=ProofSource.EVENT, ref=str(new_id()))
    one = wish(DEMAND, TODAY)
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        for proof in (unknown, ProvenBy(kind=ProofSource.EVIDENCE, ref="a photo")):
            with pytest.raises(Problem, match="evidence_unknown"):
                await record_fact(raw, act_of(world), world.cases[0], wish(DEMAND, TODAY, evidence=proof))
        for _ in range(2):
            await record_fact(raw, act_of(world), world.cases[0], one)
        event: UUID = await raw.fetchval(
            "SELECT id FROM events WHERE tenant_id = $1 AND kind = 'limitation.fact'", world.tenant_id
        )
        by_event = wish(DEMAND, TODAY, evidence=ProvenBy(kind=ProofSource.EVENT, ref=str(event)))
        await record_fact(raw, act_of(world), world.cases[0], by_event)
        with pytest.raises(Problem, match="id_taken"):
            await record_fact(raw, act_of(world), world.cases[0], msgspec.structs.replace(one, note="other"))
        assert len((await read(raw, world)).facts) == 2
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        with pytest.raises(Problem, match="not_found"):
            await read(raw, world, 4)


async def test_a_date_that_comes_near_is_warned_of_once_and_the_gate_hears_of_one_that_is_over(
    database: Database, job_database: Database, world: World
) -> None:
    await due(job_database, world, 0, date(2023, 12, 10))
    await due(job_database, world, 1, date(2023, 11, 20))
    raised = [await watch_tenant(job_database, world.tenant_id, NOW + timedelta(hours=hours)) for hours in (0, 1, 25)]
    assert raised == [1, 0, 0]
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)
    while await react_step(job_database, world.tenant_id, NOW + timedelta(minutes=1)):
        pass
    async with job_database.pool.acquire() as raw:
        told = await raw.fetch("SELECT user_id, kind FROM messages WHERE tenant_id = $1", world.tenant_id)
        events = await raw.fetch(
            "SELECT case_id, payload::jsonb ->> 'days_before' AS days FROM events"
            " WHERE tenant_id = $1 AND kind = 'limitation.due'", world.tenant_id,
        )  # fmt: skip
    assert [tuple(row) for row in told] == [(world.lin, "deadline_near")]
    assert [tuple(row) for row in events] == [(world.cases[0], "30")]
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        asked = [ask(world, 0), ask(world, 1), ask(world, 1, at=NOW - timedelta(days=10))]
        found = await situations_of(raw, world.tenant_id, asked)
    assert [one.debts[0].time_barred for one in found if one is not None] == [False, True, False]
    await paid(job_database, world, 1, TODAY)
    await watch_tenant(job_database, world.tenant_id, NOW + timedelta(hours=26))
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        (one,) = await situations_of(raw, world.tenant_id, [ask(world, 1)])
    assert one is not None
    assert not one.debts[0].time_barred
