"""An outbox on the real database, and push services that it may send to."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.outreach.commands import subscribe, tell
from backend.outreach.jobs import Outbox
from backend.outreach.keys import PushSigner, open_push_signer
from backend.outreach.schemas import NewMessage, SubscriptionWish
from backend.outreach.sending import open_sender
from tests.push_service import AUTH, P256DH, Peer, Scripted, running_peer, running_script
from tests.world import World

ORIGIN = "https://rounds.example"


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> PushSigner:
    """Make a key for pushes."""
    folder: Path = tmp_path_factory.mktemp("keys")
    return open_push_signer(folder, "mailto:push@example.org")


@pytest.fixture(scope="session")
def peer() -> Iterator[Peer]:
    """Run web-push-testing."""
    with running_peer() as running:
        yield running


@pytest.fixture
async def script() -> AsyncIterator[Scripted]:
    """Run a push service that says what the test likes."""
    async with running_script() as running:
        yield running


@pytest.fixture
async def outbox(job_database: Database, signer: PushSigner) -> AsyncIterator[Outbox]:
    """Make the outbox as the worker does, with leave to send to this machine."""
    async with job_database.pool.acquire() as raw:
        # What other tests left scheduled is none of this test's business.
        await raw.execute("DELETE FROM messages")
    async with open_sender(signer, is_test=True) as sender:
        yield Outbox(database=job_database, sender=sender, origin=ORIGIN)


async def put(
    database: Database, world: World, user_id: UUID, endpoint: str, keys: tuple[str, str] = (P256DH, AUTH)
) -> UUID:
    """Subscribe a browser of somebody; returns the subscription's id."""
    act = Act(tenant_id=world.tenant_id, actor_id=user_id, device_id=None, at=clock.now())
    wish = SubscriptionWish(endpoint=endpoint, p256dh=keys[0], auth=keys[1])
    async with bare_transaction(database, world.scope(user_id)) as raw:
        return await subscribe(raw, act, wish, is_test=True)


async def say(database: Database, world: World, *messages: NewMessage) -> int:
    """Put messages into the outbox."""
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        return await tell(raw, world.tenant_id, messages, clock.now())


async def deliveries(jobs: Database, world: World) -> list[tuple[str, int, int | None]]:
    """Return (state, attempts, status code) of the tenant's deliveries."""
    async with jobs.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT state, attempts, status_code FROM deliveries WHERE tenant_id = $1 ORDER BY id", world.tenant_id
        )
    return sorted((row["state"], row["attempts"], row["status_code"]) for row in rows)


async def subscriptions(jobs: Database, world: World) -> list[UUID]:
    """Return whose subscriptions the tenant has."""
    async with jobs.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT user_id FROM push_subscriptions WHERE tenant_id = $1 ORDER BY id", world.tenant_id
        )
    return [row["user_id"] for row in rows]
