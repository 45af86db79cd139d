"""Are manifests kept as they came, the chain followed over batches, and late holes found?"""

from datetime import timedelta

import msgspec

from backend.evidence.receiving import GAP_AFTER, note_gaps
from backend.kernel import clock
from backend.kernel.db import Database
from tests.backend.evidence.phones import kinds, photo
from tests.backend.evidence.signing import codes, record, register
from tests.world import World


async def test_an_honest_day_over_several_batches_gives_no_signal(
    database: Database, job_database: Database, world: World
) -> None:
    """EV-2: signature, chain, place and time hold; the texts are kept exactly as they came."""
    mei = await register(job_database, world, world.mei)
    shots = [
        mei.shoot(
            photo(100, n),
            world.cases[n % 3],
            n,
            place={"lat_e7": 302_500_000 + n, "lon_e7": 1_201_500_000, "accuracy_m": 9, "age_ms": 5},
        )
        for n in range(7)
    ]
    for batch in (shots[:1], shots[1:4], shots[4:]):
        await record(database, world, mei, *reversed(batch))
    for one in shots:
        assert await codes(job_database, one.photo.id) == set()
        row = await job_database.pool.fetchrow(
            "SELECT text, signature, number FROM evidence_manifests WHERE evidence_id = $1", one.photo.id
        )
        assert (row["text"], row["signature"]) == (one.photo.manifest, one.photo.signature)
    assert await kinds(job_database, world, shots[0].photo.id) == ["evidence.named"]


async def test_a_swapped_manifest_and_a_forged_chain_are_seen_and_kept(
    database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    first, second = (mei.shoot(photo(100, n), world.cases[0], n) for n in (1, 2))
    mei.number, mei.previous = 1, "ab" * 32
    forged = mei.shoot(photo(100, 3), world.cases[0], 3)
    await record(database, world, mei, first)
    await record(database, world, mei, forged, second)
    assert await codes(job_database, first.photo.id) == set()
    assert await codes(job_database, forged.photo.id) == {"chain_differs"}
    assert "chain_differs" in await codes(job_database, second.photo.id), "its number stands there already"
    assert "evidence.signalled" in await kinds(job_database, world, forged.photo.id)


async def test_a_hole_in_the_chain_is_told_after_three_days_and_once(
    database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    mei.shoot(photo(100, 1), world.cases[0])  # taken, and thrown away
    second = mei.shoot(photo(100, 2), world.cases[0])
    await record(database, world, mei, second)
    await note_gaps(job_database, clock.now())
    assert await codes(job_database, second.photo.id) == set()
    late = clock.now() + GAP_AFTER + timedelta(minutes=1)
    await note_gaps(job_database, late)
    assert await codes(job_database, second.photo.id) == {"chain_gap"}
    await note_gaps(job_database, late)
    assert (await kinds(job_database, world, second.photo.id)).count("evidence.signalled") == 1


async def test_the_door_of_the_visit_is_the_fence(database: Database, job_database: Database, world: World) -> None:
    mei = await register(job_database, world, world.mei)
    near, far = (mei.shoot(photo(100, n), world.cases[0], n) for n in (1, 2))
    await record(database, world, mei, msgspec.structs.replace(near, address_id=world.addresses[0]))
    await record(database, world, mei, msgspec.structs.replace(far, address_id=world.addresses[3]))
    assert await codes(job_database, near.photo.id) == set()
    assert await codes(job_database, far.photo.id) == {"outside_fence"}


async def test_an_old_app_without_manifests_is_not_refused(
    database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    shot = mei.shoot(photo(100), world.cases[0])
    old = msgspec.structs.replace(shot, photo=msgspec.structs.replace(shot.photo, manifest=None, signature=None))
    await record(database, world, mei, old)
    assert await codes(job_database, old.photo.id) == {"manifest_missing"}
