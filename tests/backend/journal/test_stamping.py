"""Does a real authority's stamp come, is it checked before it is kept, and does a bad or absent one hurt nothing?"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from backend.journal.stamping import (
    Authority,
    StampingError,
    ask,
    open_authority,
    stamp_heads,
    stamp_newest,
)
from backend.journal.stamping_queries import numbers_of, stamps_between
from backend.kernel import clock
from backend.kernel.db import Database
from backend.kernel.signing import SigningKey
from tests.backend.journal.authority import OpenSslAuthority, serving
from tests.backend.journal.test_sealing import key, raw, seal_all, write
from tests.world import World

__all__ = ["key", "raw"]


@pytest.fixture
def openssl(tmp_path: Path) -> OpenSslAuthority:
    """Make an authority."""
    return OpenSslAuthority(tmp_path)


def trusted(openssl: OpenSslAuthority, url: str) -> Authority:
    opened = open_authority(url, openssl.roots)
    assert opened is not None
    return opened


async def test_a_stamp_comes_and_openssl_finds_it_good(openssl: OpenSslAuthority) -> None:
    """EV-2: what is kept is what any tool for RFC 3161 reads."""
    async with serving(openssl) as url:
        response, at = await ask(trusted(openssl, url), "a head")
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=5)
    assert await asyncio.to_thread(openssl.finds_good, "a head", response)
    assert not await asyncio.to_thread(openssl.finds_good, "another head", response)


@pytest.mark.parametrize("fault", ["busy", "page", "away", "cut", "long", "old"])
async def test_what_is_no_stamp_for_this_head_is_not_taken(openssl: OpenSslAuthority, fault: str) -> None:
    async with serving(openssl, [fault]) as url:
        with pytest.raises(StampingError):
            await ask(trusted(openssl, url), "a head")


async def test_an_authority_that_is_not_ours_is_not_believed(openssl: OpenSslAuthority, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    async with serving(OpenSslAuthority(other)) as url:
        with pytest.raises(StampingError):
            await ask(trusted(openssl, url), "a head")


async def test_an_authority_that_is_away_is_said_so(openssl: OpenSslAuthority) -> None:
    with pytest.raises(StampingError, match="cannot be reached"):
        await ask(trusted(openssl, "http://127.0.0.1:9/"), "a head")


async def test_the_newest_head_is_stamped_once_and_stands_for_those_before(
    openssl: OpenSslAuthority, job_database: Database, raw: asyncpg.Connection, key: SigningKey, world: World
) -> None:
    async with serving(openssl) as url:
        authority = trusted(openssl, url)
        for _ in range(2):
            await write(raw, world, 3)
            await seal_all(raw, world, key)
        # A call takes 200 lenders, and other tests left theirs.
        while await numbers_of(raw, world.tenant_id) == []:
            assert await stamp_heads(job_database, authority, clock.now()) >= 1
        assert await numbers_of(raw, world.tenant_id) == [2]
        assert await stamp_newest(raw, world.tenant_id, authority, clock.now()) is None
        assert list(await stamps_between(raw, world.tenant_id, 1, 2)) == [2]


async def test_an_authority_in_trouble_leaves_the_head_for_the_next_call(
    openssl: OpenSslAuthority, raw: asyncpg.Connection, key: SigningKey, world: World
) -> None:
    await write(raw, world, 1)
    await seal_all(raw, world, key)
    async with serving(openssl, ["busy"]) as url:
        authority = trusted(openssl, url)
        with pytest.raises(StampingError):
            await stamp_newest(raw, world.tenant_id, authority, clock.now())
        assert await numbers_of(raw, world.tenant_id) == []
        assert await stamp_newest(raw, world.tenant_id, authority, clock.now()) is not None


async def test_without_an_authority_nothing_is_asked(job_database: Database) -> None:
    assert open_authority("", None) is None
    assert await stamp_heads(job_database, None, clock.now()) == 0
