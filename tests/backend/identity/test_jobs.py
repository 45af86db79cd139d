"""Is what is over forgotten, and nothing else?"""

from datetime import timedelta

from backend.identity.jobs import FAILURES_KEPT, LINKS_KEPT, forget_expired
from backend.kernel import clock
from backend.kernel.db import Database
from tests.world import World

MOMENT = timedelta(minutes=5)


async def test_sessions_links_challenges_and_counts_are_forgotten_when_over(
    job_database: Database, world: World
) -> None:
    now = clock.now()
    prefix = world.tenant_id.bytes
    async with job_database.pool.acquire() as raw:
        for n, (session, link, failed) in enumerate(
            [
                (now - MOMENT, now - LINKS_KEPT - MOMENT, now - FAILURES_KEPT - MOMENT),
                (now + MOMENT, now - LINKS_KEPT + MOMENT, now - FAILURES_KEPT + MOMENT),
            ]
        ):
            key = prefix + bytes([n]) * 16
            await raw.execute(
                "INSERT INTO sessions (token_hash, tenant_id, user_id, role, reach, team_ids, created_at, expires_at)"
                " VALUES ($1, $2, $3, 'collector', 'own', '{}', $4, $5)",
                key, world.tenant_id, world.mei, now - timedelta(days=40), session,
            )  # fmt: skip
            await raw.execute(
                "INSERT INTO sign_in_links VALUES ($1, $2, $3, $4)", key, world.tenant_id, world.mei, link
            )
            await raw.execute("INSERT INTO device_challenges VALUES ($1, $2, $3)", key, world.mei, session)
            await raw.execute(
                "INSERT INTO company_flows VALUES ($1, $1, $2, 'n', 'v', $3)", key, world.tenant_id, session
            )
            await raw.execute("INSERT INTO sign_in_failures VALUES ($1, 1, $2)", key, failed)
        assert await forget_expired(raw, now) >= 4
        left = [
            await raw.fetchval(f"SELECT array_agg({key}) FROM {table} WHERE substr({key}, 1, 16) = $1", prefix)  # noqa: S608 - constants
            for table, key in (
                ("sessions", "token_hash"),
                ("sign_in_links", "token_hash"),
                ("device_challenges", "nonce_hash"),
                ("company_flows", "state_hash"),
                ("sign_in_failures", "key"),
            )
        ]
    assert left == [[prefix + b"\x01" * 16]] * 5
