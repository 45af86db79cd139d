"""Is a browser subscribed once, for whoever is signed in there, and is nobody told anything twice?"""

import pytest

from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.outreach.commands import unsubscribe
from backend.outreach.schemas import SUBSCRIPTIONS_A_USER_MAX, MessageKind, NewMessage
from tests.backend.outreach.conftest import deliveries, put, say, subscriptions
from tests.push_service import AUTH, P256DH
from tests.world import MORNING, World, make_world

ENDPOINT = "https://push.example.com/s/1"


async def kinds_in_journal(jobs: Database, world: World) -> list[str]:
    async with jobs.pool.acquire() as raw:
        rows = await raw.fetch("SELECT kind FROM events WHERE tenant_id = $1 ORDER BY id", world.tenant_id)
    return [row["kind"] for row in rows]


def paid(world: World, version: int = 1) -> NewMessage:
    case_id = world.cases[0]
    return NewMessage(
        user_id=world.mei, kind=MessageKind.CLIENT_PAID, subject_id=case_id, version=version, case_id=case_id
    )


async def test_a_subscription_that_is_renewed_stays_one(
    database: Database, job_database: Database, world: World
) -> None:
    """OU-4: the app subscribes again at each start."""
    first = await put(database, world, world.mei, ENDPOINT)
    assert await put(database, world, world.mei, ENDPOINT) == first
    assert await subscriptions(job_database, world) == [world.mei]
    assert await kinds_in_journal(job_database, world) == ["push.subscribed"]


async def test_a_browser_goes_over_to_who_signs_in_there(
    database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, ENDPOINT)
    await put(database, world, world.bo, ENDPOINT)
    assert await subscriptions(job_database, world) == [world.bo]


async def test_another_tenant_may_hold_the_same_browser(
    database: Database, job_database: Database, world: World
) -> None:
    other = await make_world(job_database)
    await put(database, world, world.mei, ENDPOINT)
    await put(database, other, other.mei, ENDPOINT)
    assert await subscriptions(job_database, world) == [world.mei]
    assert await subscriptions(job_database, other) == [other.mei]


async def test_a_person_keeps_the_ten_browsers_used_last(
    database: Database, job_database: Database, world: World
) -> None:
    ids = [
        await put(database, world, world.mei, f"https://push.example.com/{n}")
        for n in range(SUBSCRIPTIONS_A_USER_MAX + 2)
    ]
    async with job_database.pool.acquire() as raw:
        rows = await raw.fetch("SELECT id FROM push_subscriptions WHERE tenant_id = $1", world.tenant_id)
    assert {row["id"] for row in rows} == set(ids[2:])


async def test_somebody_elses_subscription_cannot_be_given_up(
    database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, ENDPOINT)
    for user_id, left in ((world.bo, [world.mei]), (world.mei, [])):
        act = Act(tenant_id=world.tenant_id, actor_id=user_id, device_id=None, at=MORNING)
        async with bare_transaction(database, world.scope(user_id)) as raw:
            await unsubscribe(raw, act, ENDPOINT)
        assert await subscriptions(job_database, world) == left
    assert await kinds_in_journal(job_database, world) == ["push.subscribed", "push.unsubscribed"]


@pytest.mark.parametrize(
    ("endpoint", "keys", "code"),
    [
        ("https://10.0.0.1/x", (P256DH, AUTH), "push.endpoint_refused"),
        (ENDPOINT, (P256DH[:-4], AUTH), "push.keys_unfit"),
        (ENDPOINT, (P256DH, "AAAA"), "push.keys_unfit"),
    ],
)
async def test_what_could_not_be_sent_to_is_refused_when_it_comes(
    database: Database, job_database: Database, world: World, endpoint: str, keys: tuple[str, str], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        await put(database, world, world.mei, endpoint, keys)
    assert refused.value.kind.code == code
    assert await subscriptions(job_database, world) == []


async def test_a_message_goes_to_every_browser_of_its_person_once(
    database: Database, job_database: Database, world: World
) -> None:
    for n in range(2):
        await put(database, world, world.mei, f"https://push.example.com/{n}")
    await put(database, world, world.bo, "https://push.example.com/bo")
    assert await say(database, world, paid(world), paid(world)) == 1
    assert await say(database, world, paid(world)) == 0
    assert await deliveries(job_database, world) == [("scheduled", 0, None)] * 2
    assert await say(database, world, paid(world, version=2)) == 1
    assert len(await deliveries(job_database, world)) == 4


async def test_a_message_to_somebody_without_a_browser_is_kept_and_goes_nowhere(
    database: Database, job_database: Database, world: World
) -> None:
    assert await say(database, world, paid(world)) == 1
    await put(database, world, world.mei, ENDPOINT)
    assert await say(database, world, paid(world)) == 0
    assert await deliveries(job_database, world) == []


async def test_a_message_of_a_transaction_that_fails_was_never_written(
    database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, ENDPOINT)
    unknown = NewMessage(user_id=new_id(), kind=MessageKind.CASE_TAKEN, subject_id=new_id(), version=0, case_id=None)
    with pytest.raises(Exception, match="messages_user_id_fkey"):
        await say(database, world, paid(world), unknown)
    assert await deliveries(job_database, world) == []
