"""Does a push arrive readable, and does each answer of a push service lead where it must? Over real sockets."""

import asyncio
from datetime import timedelta

import msgspec
from py_vapid import Vapid02

from backend.kernel import clock
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.outreach.jobs import LEASE, Outbox, deliver, forget_old_messages
from backend.outreach.schemas import DeliveryState, MessageKind, NewMessage
from tests.backend.outreach.conftest import ORIGIN, deliveries, put, say, subscriptions
from tests.push_service import Peer, Scripted
from tests.world import World


def message(world: World, kind: MessageKind = MessageKind.CLIENT_PAID) -> NewMessage:
    case_id = world.cases[0]
    return NewMessage(user_id=world.mei, kind=kind, subject_id=case_id, version=1, case_id=case_id)


async def test_what_the_browser_decrypts_is_what_was_said(
    outbox: Outbox, peer: Peer, database: Database, job_database: Database, world: World
) -> None:
    """OU-4: through encryption and back, Chinese intact, in a peer that we did not write."""
    browser = await peer.subscribe(outbox.sender.signer.public_key)
    await put(database, world, world.mei, browser.endpoint, (browser.p256dh, browser.auth))
    await say(database, world, message(world))
    (settled,) = await deliver(outbox, clock.now())
    assert settled.verdict.state is DeliveryState.SENT, settled.answer
    assert await deliveries(job_database, world) == [("sent", 1, 201)]
    (body,) = await peer.received(browser)
    assert msgspec.json.decode(body) == {
        "web_push": 8030,
        "notification": {
            "title": "有客户已还款",
            "body": "上门前请先查看案件。",
            "navigate": f"{ORIGIN}/cases/{world.cases[0]}",
            "lang": "zh-CN",
            "tag": f"client_paid-{world.cases[0]}",
        },
    }


async def test_a_person_who_reads_english_is_told_in_english(
    outbox: Outbox, peer: Peer, database: Database, job_database: Database, world: World
) -> None:
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE users SET language = 'en' WHERE id = $1", world.mei)
    browser = await peer.subscribe(outbox.sender.signer.public_key)
    await put(database, world, world.mei, browser.endpoint, (browser.p256dh, browser.auth))
    await say(database, world, message(world, MessageKind.CASE_TAKEN))
    await deliver(outbox, clock.now())
    (body,) = await peer.received(browser)
    assert "Work was taken off your list" in body


async def test_an_expired_subscription_is_pruned_and_the_other_browser_still_told(
    outbox: Outbox, peer: Peer, database: Database, job_database: Database, world: World
) -> None:
    """OU-4: 410 of a real peer."""
    gone, there = [await peer.subscribe(outbox.sender.signer.public_key) for _ in range(2)]
    for browser in (gone, there):
        await put(database, world, world.mei, browser.endpoint, (browser.p256dh, browser.auth))
    await peer.expire(gone)
    await say(database, world, message(world))
    await deliver(outbox, clock.now())
    assert await deliveries(job_database, world) == [("pruned", 1, 410), ("sent", 1, 201)]
    assert await subscriptions(job_database, world) == [world.mei]
    assert len(await peer.received(there)) == 1


async def test_404_prunes_too_and_what_else_was_due_there_is_not_sent(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, script.endpoint("a"))
    script.status = 404
    await say(database, world, message(world))
    await deliver(outbox, clock.now())
    assert await deliveries(job_database, world) == [("pruned", 1, 404)]
    assert await subscriptions(job_database, world) == []


async def test_the_headers_say_who_sends_for_how_long_and_how_urgently(
    outbox: Outbox, script: Scripted, database: Database, world: World
) -> None:
    """OU-4: RFC 8030 and RFC 8292, with a signature that holds."""
    await put(database, world, world.mei, script.endpoint("a"))
    await say(database, world, message(world))
    await deliver(outbox, clock.now())
    ((path, headers, body),) = script.requests
    assert path == "/push/a"
    assert (headers["Content-Encoding"], headers["Content-Type"]) == ("aes128gcm", "application/octet-stream")
    assert (headers["Urgency"], len(headers["Topic"])) == ("high", 32)
    assert 21_500 < int(headers["TTL"]) <= 21_600
    assert Vapid02.verify(headers["Authorization"])
    assert "还款".encode() not in body
    assert world.cases[0].hex not in body.hex()


async def test_429_is_tried_again_when_the_service_says_so(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, script.endpoint("a"))
    script.status, script.headers = 429, {"Retry-After": "120"}
    await say(database, world, message(world))
    now = clock.now()
    await deliver(outbox, now)
    assert await deliver(outbox, now + timedelta(seconds=110)) == []
    assert await deliveries(job_database, world) == [("scheduled", 1, 429)]
    script.status = 201
    await deliver(outbox, now + timedelta(seconds=130))
    assert await deliveries(job_database, world) == [("sent", 2, 201)]


async def test_an_error_of_the_service_is_tried_again_until_it_is_enough(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, script.endpoint("a"))
    script.status = 503
    await say(database, world, message(world))
    for n in range(10):
        await deliver(outbox, clock.now() + timedelta(minutes=20 * n))
    assert await deliveries(job_database, world) == [("failed", 6, 503)]
    assert len(script.requests) == 6


async def test_a_service_that_cannot_be_reached_is_tried_again(
    outbox: Outbox, database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, "http://127.0.0.1:9/push/closed")
    await say(database, world, message(world))
    await deliver(outbox, clock.now())
    assert await deliveries(job_database, world) == [("scheduled", 1, None)]


async def test_no_answer_means_unknown_and_is_never_sent_again_by_itself(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, script.endpoint("a"))
    script.is_silent = True
    await say(database, world, message(world))
    await deliver(outbox, clock.now())
    await deliver(outbox, clock.now() + timedelta(hours=1))
    assert await deliveries(job_database, world) == [("unknown", 1, None)]
    assert len(script.requests) == 1


async def test_a_redirect_is_not_followed(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, script.endpoint("a"))
    script.status, script.headers = 307, {"Location": script.endpoint("inside")}
    await say(database, world, message(world))
    await deliver(outbox, clock.now())
    assert await deliveries(job_database, world) == [("failed", 1, 307)]
    assert [path for path, _, _ in script.requests] == ["/push/a"]


async def test_a_worker_that_died_in_the_middle_leaves_unknown_behind(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, script.endpoint("a"))
    await say(database, world, message(world))
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "UPDATE deliveries SET state = 'sending', attempts = 1, lease_until = now() WHERE tenant_id = $1",
            world.tenant_id,
        )
    await deliver(outbox, clock.now() + LEASE)
    assert await deliveries(job_database, world) == [("unknown", 1, None)]
    assert script.requests == []


async def test_what_nobody_took_in_time_expires_unsent(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, script.endpoint("a"))
    await say(database, world, message(world))
    await deliver(outbox, clock.now() + timedelta(hours=6))
    assert await deliveries(job_database, world) == [("expired", 0, None)]
    assert script.requests == []


async def test_a_browser_that_went_over_to_somebody_else_hears_nothing_of_before(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    """OU-4: what was meant for Mei does not light up on Bo's phone."""
    await put(database, world, world.mei, script.endpoint("a"))
    await say(database, world, message(world))
    await put(database, world, world.bo, script.endpoint("a"))
    await deliver(outbox, clock.now())
    assert await deliveries(job_database, world) == [("pruned", 0, None)]
    assert script.requests == []


async def test_a_revoked_device_and_somebody_who_left_hear_nothing(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    """A lost phone is a closed phone."""
    device_id = new_id()
    await put(database, world, world.mei, script.endpoint("lost"))
    await put(database, world, world.bo, script.endpoint("left"))
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO devices (id, tenant_id, user_id, label, public_key, revoked_at)"
            " VALUES ($1, $2, $3, 'phone', '\\x00', now())",
            device_id, world.tenant_id, world.mei,
        )  # fmt: skip
        await raw.execute("UPDATE push_subscriptions SET device_id = $1 WHERE user_id = $2", device_id, world.mei)
        await raw.execute("UPDATE users SET is_active = false WHERE id = $1", world.bo)
    await say(database, world, message(world), msgspec.structs.replace(message(world), user_id=world.bo))
    await deliver(outbox, clock.now())
    assert await deliveries(job_database, world) == [("pruned", 0, None)] * 2
    assert script.requests == []


async def test_two_workers_at_once_send_each_message_once(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    for n in range(8):
        await put(database, world, world.mei, script.endpoint(str(n)))
    await say(database, world, message(world))
    both = await asyncio.gather(deliver(outbox, clock.now()), deliver(outbox, clock.now()))
    assert sum(len(settled) for settled in both) == 8
    assert sorted(path for path, _, _ in script.requests) == sorted(f"/push/{n}" for n in range(8))
    assert await deliveries(job_database, world) == [("sent", 1, 201)] * 8


async def test_old_messages_are_forgotten_with_their_deliveries(
    outbox: Outbox, script: Scripted, database: Database, job_database: Database, world: World
) -> None:
    await put(database, world, world.mei, script.endpoint("a"))
    await say(database, world, message(world))
    await forget_old_messages(job_database, clock.now(), timedelta(days=1))
    assert len(await deliveries(job_database, world)) == 1
    await forget_old_messages(job_database, clock.now() + timedelta(days=1), timedelta(days=1))
    assert await deliveries(job_database, world) == []
    assert outbox.origin == ORIGIN
