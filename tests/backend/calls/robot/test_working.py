"""Does a campaign call whom it may, leave whom it must, hold out its share, and record what was said?"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from backend.calls.line.port import Line
from backend.calls.line.schemas import Leg, Word
from backend.calls.line.simulator.people import Does, Script
from backend.calls.line.working import Post
from backend.calls.robot.commands import start_campaign, stop_campaign
from backend.calls.robot.figure_queries import campaigns
from backend.calls.robot.rules import is_held_out
from backend.calls.robot.schemas import CampaignView, CampaignWish
from backend.calls.robot.working import RobotEar, call_next
from backend.compliance.commands import raise_stop
from backend.compliance.contact_schemas import StopWish
from backend.compliance.schemas import Status, StatusKind
from backend.evidence.storage import open_storage
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction, transaction
from backend.kernel.ids import new_id
from tests.backend.calls.line.exchanges import Worked, agree_to_any_hour, exchange
from tests.world import World

SCRIPTS = [
    Script(ends="00", rings_s=2, digits="11", talks_s=600),
    Script(ends="01", rings_s=2, digits="13", talks_s=600),
    Script(ends="02", rings_s=2, does=Does.BUSY),
    Script(ends="03", rings_s=2, digits="2", talks_s=600),
    Script(ends="04", rings_s=2, digits="10", talks_s=600),
    Script(ends="", rings_s=2, talks_s=1),
]
RESULTS = ("RPC_PROMISE", "RPC_HARDSHIP", "BUSY", "WRONG_PARTY", "RPC_CALLBACK", "ROBOT_HUNG_UP")
"""What the numbers that end on 00 to 05 come to."""

COPIES = (
    """INSERT INTO obligors (id, tenant_id, external_ref, kind, name, name_sort, language, zone, row_hash)
    SELECT $1, tenant_id, 'X' || $3::text, kind, name, name_sort, language, zone, row_hash FROM obligors
    WHERE id = $2""",
    """INSERT INTO contact_points (id, tenant_id, obligor_id, kind, value, normal, status, consent, source, may_contact,
        row_hash) SELECT gen_random_uuid(), tenant_id, $1, kind, '+8613800000' || $3::text, '+8613800000' || $3::text,
        status, consent, source, may_contact, row_hash FROM contact_points WHERE obligor_id = $2""",
    """INSERT INTO accounts (id, tenant_id, obligor_id, external_ref, kind, product, currency, principal_minor, status,
        row_hash) SELECT gen_random_uuid(), tenant_id, $1, 'X' || $3::text, kind, product, currency, principal_minor,
        status, row_hash FROM accounts WHERE obligor_id = $2""",
    """INSERT INTO cases (id, tenant_id, obligor_id, number, kind, state, currency, overdue_minor, balance_minor,
        days_past_due, bucket, score, team_id, desk_team_id, opened_at)
    SELECT $1, tenant_id, $1, 'X-' || $3::text, kind, 'active', currency, overdue_minor, balance_minor, days_past_due,
        bucket, score, team_id, desk_team_id, opened_at FROM cases WHERE obligor_id = $2""",
)


async def more_cases(jobs: Database, world: World, count: int) -> list[UUID]:
    """Make copies of the first client of the world, whose numbers end on 000, 001 and so on; ids are those of cases."""
    made = [new_id() for _ in range(count)]
    async with jobs.pool.acquire() as raw, raw.transaction():
        for sql in COPIES:
            # Numbers end on 00 to 05, over and over.
            lines = [(one, world.obligors[0], f"{n // 6:02d}{n % 6:02d}") for n, one in enumerate(made)]
            await raw.executemany(sql, lines)
        await agree_to_any_hour(raw, world, made)
    return made


def wish_of(cases: Sequence[UUID], held_out_permille: int = 250) -> CampaignWish:
    return CampaignWish(
        id=new_id(), name="first reminders", flow_code="reminder", case_ids=list(cases),
        held_out_permille=held_out_permille, from_minute=0, until_minute=1440, at_once=20, a_minute=100, tries_max=1,
    )  # fmt: skip


def act_of(world: World) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=clock.now())


async def started(database: Database, world: World, wish: CampaignWish) -> CampaignView:
    async with transaction(database, world.scope(world.lin)) as tx:
        return await start_campaign(tx, act_of(world), wish)


def post_of(jobs: Database, line: Line, folder: Path) -> Post:
    return Post(
        database=jobs, storage=open_storage("", folder), line=line, listeners=[RobotEar("PJSIP/nobody")],
        steps=[lambda now: call_next(jobs, now)],
    )  # fmt: skip


async def test_a_campaign_over_twenty_cases(
    world: World, database: Database, job_database: Database, tmp_path: Path
) -> None:
    cases = await more_cases(job_database, world, 20)
    wish = wish_of(cases)
    kept_out = {case for case in cases if is_held_out(case, str(wish.id), 250)}
    begun = await started(database, world, wish)
    assert (begun.waiting, begun.held_out.cases) == (20 - len(kept_out), len(kept_out))
    assert await started(database, world, wish) == begun

    async with exchange(SCRIPTS) as (line, _):
        worked = Worked(post_of(job_database, line, tmp_path))
        await worked.begin()
        for _ in range(20 - len(kept_out)):
            await worked.until(lambda heard: heard.word is Word.ENDED and heard.leg is Leg.CLIENT)
        await worked.work()

    async with bare_transaction(database, world.scope(world.ada)) as raw:
        (found,) = await campaigns(raw, world.tenant_id, wish.id)
        calls = await raw.fetch(
            "SELECT case_id, result, user_id FROM calls WHERE tenant_id = $1 ORDER BY id", world.tenant_id
        )
        ends = await raw.fetchval("SELECT count(*) FROM contact_permit_ends WHERE tenant_id = $1", world.tenant_id)
    expected = {case: RESULTS[n % 6] for n, case in enumerate(cases) if case not in kept_out}
    assert {row["case_id"]: row["result"] for row in calls} == expected
    assert len(calls) == ends == len(expected)
    promised = list(expected.values()).count("RPC_PROMISE")
    assert (found.state, found.done, found.waiting) == ("done", len(expected), 0)
    assert (found.called.promises, found.held_out.promises, found.held_out.called) == (promised, 0, 0)


async def test_a_freeze_stops_it_at_the_next_dial_and_a_stop_leaves_the_rest(
    world: World, database: Database, job_database: Database
) -> None:
    cases = await more_cases(job_database, world, 2)
    wish = wish_of(cases, held_out_permille=0)
    await started(database, world, wish)
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        status = Status(kind=StatusKind.FREEZE)
        await raise_stop(raw, act_of(world), cases[0], StopWish(id=new_id(), status=status, person=None, reason="stop"))
    assert await call_next(job_database, clock.now())
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        rows = await raw.fetch("SELECT case_id, state, why FROM robot_targets WHERE campaign_id = $1", wish.id)
        frozen = {row["case_id"]: (row["state"], "GEN-FREEZE-01" in row["why"]) for row in rows}
        stopped = await stop_campaign(raw, act_of(world), wish.id)
        dialled = await raw.fetch("SELECT case_id FROM line_calls WHERE tenant_id = $1", world.tenant_id)
    assert frozen == {cases[0]: ("left", True), cases[1]: ("calling", False)}
    assert (stopped.state, [row["case_id"] for row in dialled]) == ("stopped", [cases[1]])


async def test_outside_its_hours_a_campaign_waits(world: World, database: Database, job_database: Database) -> None:
    (case,) = await more_cases(job_database, world, 1)
    now = clock.now()
    minute = (now + timedelta(hours=8)).hour * 60 + now.minute
    start = (minute + 120) % 1439
    wish = wish_of([case], held_out_permille=0)
    narrow = CampaignWish(**{**{f: getattr(wish, f) for f in wish.__struct_fields__}, "from_minute": start,
                             "until_minute": start + 1})  # fmt: skip
    await started(database, world, narrow)
    await call_next(job_database, now)
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow(
            "SELECT state, next_at > $2 AS is_later FROM robot_targets WHERE case_id = $1", case, now
        )
    assert tuple(row) == ("waiting", True)
