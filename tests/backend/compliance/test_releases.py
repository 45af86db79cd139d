"""Is a contact that the gate wants reviewed made only when a second person released it, once, and in its hours?"""

from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec
import pytest

from backend.compliance.assembling import Asked
from backend.compliance.choosing import shipped_packs
from backend.compliance.commands import plan_contacts, raise_stop
from backend.compliance.contact_schemas import Contact, Judged, Meaning, StopWish
from backend.compliance.judging import judge
from backend.compliance.release_queries import Standing
from backend.compliance.release_schemas import ReleaseDecision, ReleaseWish
from backend.compliance.releases import ask_release, covering, decide_release
from backend.compliance.schemas import Channel, CollectorKind, Decision, EventKind, Status, StatusKind, Verdict
from backend.compliance.verdict_queries import kept_verdict
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from tests.backend.sync.phone import NOW
from tests.world import World

HOUR = timedelta(hours=1)
YES, NO = (ReleaseDecision(is_granted=said, reason="spoke with the family") for said in (True, False))


def act_of(world: World, user_id: UUID, later: timedelta = timedelta(0)) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=user_id, device_id=None, at=NOW + later)


def wish(world: World, **changes: object) -> ReleaseWish:
    plain = ReleaseWish(
        id=new_id(), channel=Channel.CALL, to_id=world.contacts[0], headcount=1, since=NOW, until=NOW + 4 * HOUR,
        reason="the son asks for a call",
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


async def ill(raw: asyncpg.Connection, world: World, *kinds: StatusKind) -> None:
    for kind in kinds or (StatusKind.CRITICAL_ILLNESS,):
        stop = StopWish(id=new_id(), status=Status(kind=kind), person=None, reason="hospital")
        await raise_stop(raw, act_of(world, world.lin, -HOUR), world.cases[0], stop)


async def ask(raw: asyncpg.Connection, world: World, wanted: ReleaseWish) -> None:
    act = act_of(world, world.mei)
    await ask_release(raw, act, world.cases[0], wanted, CollectorKind.LENDER, shipped_packs())


async def judged(raw: asyncpg.Connection, world: World, later: timedelta = timedelta(0), **changes: object) -> Judged:
    asked = Asked(case_id=world.cases[0], channel=Channel.CALL, to_id=world.contacts[0], at=NOW + later)
    act = act_of(world, world.mei, later)
    (found,) = await judge(raw, act, [msgspec.structs.replace(asked, **changes)], shipped_packs())
    assert found is not None
    return found


async def test_a_released_contact_is_allowed_once_in_its_hours_and_the_raw_verdict_is_kept(
    database: Database, world: World
) -> None:
    wanted = wish(world)
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        await ill(raw, world)
        await ask(raw, world, wanted)
        await ask(raw, world, wanted)
        assert (await judged(raw, world)).decision() is Decision.REVIEW
        await decide_release(raw, act_of(world, world.lin), wanted.id, YES)
        let = await judged(raw, world)
        assert (let.decision(), let.released_by, let.verdict.decision) == (Decision.ALLOW, world.lin, Decision.REVIEW)
        kept = await kept_verdict(raw, let.id)
        assert kept is not None
        assert (kept.record.verdict.decision, kept.record.released_by) == (Decision.REVIEW, world.lin)
        assert kept.record.holding().decision is Decision.ALLOW
        assert (await judged(raw, world, 4 * HOUR)).released_by is None
        assert (await judged(raw, world, channel=Channel.VISIT, to_id=world.addresses[0])).released_by is None
        call = Contact(
            id=new_id(), case_id=world.cases[0], to_id=world.contacts[0], is_obligor=True,
            meaning=Meaning(EventKind.CONVERSATION), at=NOW + HOUR, next_on=None,
        )  # fmt: skip
        for statement in plan_contacts(world.tenant_id, world.mei, Channel.CALL, [call]):
            await raw.execute(statement.sql, *statement.arguments)
        assert (await judged(raw, world, 2 * HOUR)).decision() is Decision.REVIEW
        assert (await judged(raw, world, HOUR, own_id=call.id)).released_by == world.lin
        kinds = await raw.fetch(
            "SELECT kind FROM events WHERE tenant_id = $1 AND kind LIKE 'release.%' ORDER BY kind", world.tenant_id
        )
    assert [row["kind"] for row in kinds] == ["release.asked", "release.granted"]


async def test_only_another_person_decides_and_once(database: Database, world: World) -> None:
    wanted = wish(world)
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        await ill(raw, world)
        await ask(raw, world, wanted)
        for act, code in (
            (act_of(world, world.mei), "release.own"),
            (act_of(world, world.lin, 4 * HOUR), "release.over"),
        ):
            with pytest.raises(Problem) as refused:
                await decide_release(raw, act, wanted.id, YES)
            assert refused.value.kind.code == code
        await decide_release(raw, act_of(world, world.lin), wanted.id, NO)
        with pytest.raises(Problem) as again:
            await decide_release(raw, act_of(world, world.lin), wanted.id, YES)
        assert again.value.kind.code == "release.decided"
        assert (await judged(raw, world)).released_by is None


@pytest.mark.parametrize(
    ("kinds", "changes", "code"),
    [
        ((StatusKind.CRITICAL_ILLNESS, StatusKind.FREEZE), {}, "release.blocked"),
        ((StatusKind.OCCASION,), {}, "release.not_needed"),
        ((), {"until": NOW + 25 * HOUR}, "malformed"),
        ((), {"since": NOW - 4 * HOUR, "until": NOW}, "release.over"),
        ((), {"to_id": new_id()}, "not_found"),
        ((), {"channel": Channel.PHOTO}, "malformed"),
    ],
)
async def test_what_cannot_be_released_is_not_asked_for(
    database: Database, world: World, kinds: tuple[StatusKind, ...], changes: dict[str, object], code: str
) -> None:
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        await ill(raw, world, *kinds)
        with pytest.raises(Problem) as refused:
            await ask(raw, world, wish(world, **changes))
    assert refused.value.kind.code == code


def test_a_release_lifts_only_the_rules_that_were_seen() -> None:
    seen = Standing(id=new_id(), decided_by=new_id(), rule_ids=["CN-VULN-01", "US-FREQ-04"])

    def verdict(*rules: str) -> Verdict:
        return Verdict(
            id=None, decision=Decision.REVIEW, rule_ids=list(rules), conditions=[], earliest_allowed_at=None, packs=[]
        )

    assert covering([seen], verdict("CN-VULN-01")) == seen
    assert covering([seen], verdict("CN-VULN-01", "EU-NAT")) is None
    assert covering([], verdict("CN-VULN-01")) is None
