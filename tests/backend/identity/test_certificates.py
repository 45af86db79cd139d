"""Does a certificate that has lapsed keep somebody from getting cases, and is it told a month before?"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.cases.assigning import assign_cases, next_case
from backend.cases.desk_schemas import AssignWish
from backend.cases.list_queries import desk_of
from backend.compliance.contact_schemas import AttemptWish
from backend.compliance.looking import judge_attempt
from backend.compliance.schemas import Channel, CollectorKind, Content, Place
from backend.identity.certificate_queries import certificates, lapsed_kinds, uncertified
from backend.identity.certificate_schemas import CertificateKind, CertificateWish
from backend.identity.certificates import keep_certificate, revoke_certificate
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.routing.plan_schemas import PlanWish
from backend.routing.planning import begin_plan
from backend.routing.problem import Mode
from tests.world import World

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
"""Ten in the morning in Shanghai."""


def act_of(world: World, user_id: UUID) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=user_id, device_id=None, at=NOW)


async def keep(
    raw: asyncpg.Connection, world: World, user_id: UUID, until: date, kind: CertificateKind = CertificateKind.TRAINING
) -> UUID:
    wish = CertificateWish(
        id=new_id(), kind=kind, number="T-1", issuer="the association", valid_from=date(2025, 1, 1), valid_until=until
    )
    await keep_certificate(raw, act_of(world, world.ada), user_id, wish)
    await keep_certificate(raw, act_of(world, world.ada), user_id, wish)
    return wish.id


@pytest.mark.parametrize(
    ("kind", "until", "is_kept_out"),
    [
        (CertificateKind.TRAINING, TODAY + timedelta(days=1), False),
        (CertificateKind.TRAINING, TODAY, True),
        (CertificateKind.LICENCE, TODAY, True),
        (CertificateKind.MANDATE, TODAY, False),
        (None, TODAY, False),
    ],
)
async def test_who_must_not_work_for_want_of_a_certificate(
    database: Database, world: World, kind: CertificateKind | None, until: date, *, is_kept_out: bool
) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        if kind is not None:
            await keep(raw, world, world.mei, until, kind)
        found = await uncertified(raw, world.tenant_id, [world.mei, world.bo], NOW)
        assert found == ({world.mei} if is_kept_out else set())
        if is_kept_out:
            await keep(raw, world, world.mei, TODAY + timedelta(days=300), CertificateKind(kind or ""))
            assert await uncertified(raw, world.tenant_id, [world.mei], NOW) == set()


async def test_whose_certificate_has_lapsed_is_in_no_plan_and_gets_no_case(database: Database, world: World) -> None:
    give = AssignWish(
        case_ids=[world.cases[0]], territory_id=None, area=None, user_id=world.bo, only_unassigned=False,
        reason="manual",
    )  # fmt: skip
    plan = PlanWish(
        team_id=world.field_team_id, day=TODAY, user_ids=None, must_case_ids=[], seconds=1, mode=Mode.CAR,
        break_at_minute=720, break_minutes=0, may_move_cases=True,
    )  # fmt: skip
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        valid = await keep(raw, world, world.bo, TODAY + timedelta(days=200))
        await assign_cases(raw, act_of(world, world.lin), give, None)
        await revoke_certificate(raw, act_of(world, world.ada), valid, "forged")
        await keep(raw, world, world.cai, TODAY)
        with pytest.raises(Problem) as refused:
            await assign_cases(raw, act_of(world, world.lin), give, None)
        assert refused.value.kind.code == "case.assignee_not_certified"
        begun = await begin_plan(raw, act_of(world, world.lin), plan, None)
        assert [one.id for one in begun.day.problem.collectors] == [world.mei]
        desk = await desk_of(raw, world.tenant_id, world.cai, [world.desk_team_id])
        with pytest.raises(Problem) as turned_away:
            await next_case(raw, desk, [], NOW)
        assert turned_away.value.kind.code == "case.assignee_not_certified"
        await keep(raw, world, world.mei, TODAY)
        with pytest.raises(Problem) as nobody:
            await begin_plan(raw, act_of(world, world.lin), plan, None)
        assert nobody.value.data == {"uncertified": sorted([str(world.mei), str(world.bo)])}


async def test_the_gate_knows_whose_mandate_is_over(database: Database, world: World) -> None:
    """CN-VISIT-01 wants card and mandate: one that has lapsed shows nothing, whatever the collector says."""
    shown = AttemptWish(
        channel=Channel.VISIT, to_id=world.addresses[0], place=Place.HOME_DOOR, headcount=2, planned_minutes=15,
        recording=True, registered_caller_id=True, badge=True, authorisation=True, content=Content(),
    )  # fmt: skip
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        before = await judge_attempt(raw, act_of(world, world.mei), world.cases[0], shown, CollectorKind.LENDER)
        await keep(raw, world, world.mei, TODAY, CertificateKind.MANDATE)
        after = await judge_attempt(raw, act_of(world, world.mei), world.cases[0], shown, CollectorKind.LENDER)
        assert await lapsed_kinds(raw, world.tenant_id, [world.mei], NOW) == {world.mei: {CertificateKind.MANDATE}}
    assert (before.verdict.decision, after.verdict.decision) == ("ALLOW", "BLOCK")
    assert after.verdict.rule_ids == ["CN-VISIT-01"]


async def test_what_ends_within_a_month_is_told_unless_a_newer_one_is_there(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        soon = await keep(raw, world, world.mei, TODAY + timedelta(days=30))
        await keep(raw, world, world.bo, TODAY + timedelta(days=31))
        await keep(raw, world, world.cai, TODAY + timedelta(days=3))
        await keep(raw, world, world.cai, TODAY + timedelta(days=300))
        ending = await certificates(raw, world.tenant_id, NOW, within_days=30)
        own = await certificates(raw, world.tenant_id, NOW, user_id=world.bo)
        for wrong in (world.lin, new_id()):
            with pytest.raises(Problem):
                await revoke_certificate(raw, act_of(world, world.ada), wrong, "of nobody")
    assert [(one.id, one.days_left, one.is_warned) for one in ending] == [(soon, 30, True)]
    assert [(one.days_left, one.is_warned) for one in own] == [(31, False)]
