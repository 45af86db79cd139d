"""Does everything come back from a backup, on another cluster, and do phones come back with what they had not sent?"""

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Page, Response

from backend.identity.commands.sign_in import make_sign_in_link
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Role, open_database, transaction
from backend.kernel.migrate import upgrade
from infra import archive, dump
from infra.cluster import admin_dsn, dsn, running
from tests.backend.app.cli.test_run import begin, free_port, until
from tests.backend.kernel.test_migrate import OLD, OLD_READ, OLD_ROWS, OLD_SEEN, scripts
from tests.cluster import data_folder
from tests.databases import EXTENSIONS, clone, make_template, remove, with_database
from tests.pwa.conftest import OpenPhone, dist, open_phone, playwright, sign_in
from tests.pwa.day import follow, picture, visit_nobody_home
from tests.pwa.network import relayed
from tests.world import World, make_world

__all__ = ["dist", "open_phone", "playwright"]
CHECKOUT = Path(__file__).resolve().parents[4]
COUNTS = """
SELECT relname, query_to_xml('SELECT count(*) FROM ' || c.oid::regclass, false, true, '')::text FROM pg_class c
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_get_userbyid(relowner) = 'app_owner'
"""
LIVES = {"cluster_epoch", "phone_changes", "phone_change_floors", "reader_positions", "alembic_version",
         "seals", "sealed_events", "periodic_jobs"}  # fmt: skip
"""What the worker goes on writing by the clock, or a restore begins anew."""
COUNTED_IN_XIDS = {"events", "phone_changes", "phone_change_floors", "reader_positions"}


def ran(*arguments: str, limit_bytes: int | None = None, **told: str) -> subprocess.CompletedProcess[str]:
    """Run `rounds ...` with these settings and nothing else of ours."""
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("ROUNDS_")}

    def limit() -> None:
        if limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    return subprocess.run(
        [sys.executable, "-m", "backend.app.cli", *arguments],
        check=False,
        timeout=240,
        cwd=CHECKOUT,
        env={**kept, **told},
        capture_output=True,
        encoding="utf-8",
        preexec_fn=limit,
    )


def refused(*arguments: str, limit_bytes: int | None = None, **told: str) -> str:
    """Run what must fail; return the one line it says."""
    done = ran(*arguments, limit_bytes=limit_bytes, **told)
    assert done.returncode == 1, done.stdout
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.strip()


async def counts(url: str) -> dict[str, str]:
    """Return how many rows each table has, as the database writes it."""
    raw = await asyncpg.connect(url)
    try:
        return {row[0]: row[1] for row in await raw.fetch(COUNTS) if row[0] not in LIVES}
    finally:
        await raw.close()


async def examined(url: str) -> None:
    """Wait until the worker has looked at the photo and kept its copies: it writes by itself."""
    raw = await asyncpg.connect(url)
    try:
        for _ in range(600):
            if await raw.fetchval("SELECT count(*) FROM evidence_pictures") == 1:
                return
            await asyncio.sleep(0.1)
        pytest.fail("nobody looked at the photo")
    finally:
        await raw.close()


def hashes(data: Path) -> dict[str, str]:
    """Return the hashes of photos and keys by their place."""
    found = [path for name in ("files", "keys") for path in (data / name).rglob("*") if path.is_file()]
    return {path.relative_to(data).as_posix(): archive.hash_of(path) for path in found}


def has_photo(data: Path) -> bool:
    return any(name.startswith("files/") for name in hashes(data))


async def people(url: str) -> tuple[World, list[str]]:
    """Make a lender, and ways in for Mei and Bo."""
    jobs = await open_database(url, role=Role.JOB, pool_size=2)
    try:
        world = await make_world(jobs)
        act = Act(tenant_id=world.tenant_id, actor_id=None, device_id=None, at=clock.now())
        tokens = []
        for user_id in (world.mei, world.bo):
            async with transaction(jobs, world.scope(world.ada)) as tx:
                tokens.append((await make_sign_in_link(tx, act, user_id)).token)
        return world, tokens
    finally:
        await jobs.close()


@asynccontextmanager
async def rounds_on(data: Path, port: int) -> AsyncIterator[None]:
    """Run Rounds on a data folder."""
    process, _said = await asyncio.to_thread(begin, data, port, "--no-demo")
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 40) == 0


async def visits_of(url: str, world: World) -> int:
    raw = await asyncpg.connect(url)
    try:
        return int(await raw.fetchval("SELECT count(*) FROM visits WHERE tenant_id = $1", world.tenant_id))
    finally:
        await raw.close()


@pytest.fixture
def folders() -> Iterator[tuple[Path, Path]]:
    """Give two data folders whose databases are held for the time of a test, so that they start once."""
    with ExitStack() as held:
        yield held.enter_context(data_folder()), held.enter_context(data_folder())


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.usefixtures("dist")
async def test_a_lender_comes_back_on_another_cluster_and_a_phone_sends_what_it_kept(
    folders: tuple[Path, Path], open_phone: OpenPhone, tmp_path: Path
) -> None:
    """AD-7: backup and restore, rehearsed."""
    old, new = folders
    port, out = free_port(), tmp_path / "backup"
    told_too_old: list[Response] = []
    with running(old) as private:
        await asyncio.to_thread(upgrade, dsn(private))
        world, tokens = await people(dsn(private))
        admin = admin_dsn(private, "rounds")
        async with relayed(f"http://localhost:{port}") as line, open_phone() as page:
            async with rounds_on(old, port):
                await sign_in(page, line.origin, tokens[0])
                await visit_nobody_home(page, world, world.cases[0], photo=picture(tmp_path, 1))
                await all_sent(page)
                assert await asyncio.to_thread(until, lambda: has_photo(old))
                await examined(admin)
                done = await asyncio.to_thread(ran, "backup", str(out), ROUNDS_DATA=str(old))
                assert done.returncode == 0, done.stderr
                line.cut()
            before, files = await counts(admin), hashes(old)
            await visit_nobody_home(page, world, world.cases[1])
            done = await asyncio.to_thread(ran, "restore", str(out), ROUNDS_DATA=str(new))
            assert done.returncode == 0, done.stderr
            page.on("response", lambda answer: told_too_old.append(answer) if answer.status == 410 else None)
            with running(new) as other:
                again = admin_dsn(other, "rounds")
                assert await counts(again) == before
                assert hashes(new) == files
                async with rounds_on(new, port):
                    line.restore()
                    await comes_back(page, told_too_old)
                    assert await visits_of(again, world) == 2
                    async with open_phone("another") as phone:
                        await sign_in(phone, line.origin, tokens[1])


async def all_sent(page: Page) -> None:
    """Wait until nothing is on the phone alone, photos included; not every screen says it."""
    await follow(page, "/me")
    await page.get_by_role("link", name="all sent").wait_for(timeout=60_000)


async def comes_back(page: Page, told_too_old: list[Response]) -> None:
    """Bring the phone into the network: it hears that its place means nothing here, takes all again, sends its own."""
    await page.evaluate("() => dispatchEvent(new Event('online'))")
    await all_sent(page)
    for _ in range(200):
        if told_too_old:
            break
        await asyncio.sleep(0.1)
    assert told_too_old
    assert all("/v1/sync/pull" in answer.url for answer in told_too_old)


async def make_empty(admin_url: str, name: str) -> None:
    """Make what infra/roles.sql leaves behind: a database with extensions and nothing else."""
    admin = await asyncpg.connect(admin_url)
    await admin.execute(f'CREATE DATABASE "{name}" OWNER app_owner')
    await admin.close()
    bare = await asyncpg.connect(with_database(admin_url, name))
    for extension in EXTENSIONS:
        await bare.execute(f"CREATE EXTENSION {extension}")
    await bare.close()


@pytest.fixture
async def databases(cluster: tuple[str, str]) -> AsyncIterator[Callable[[], tuple[str, str]]]:
    """Make databases on the tests' cluster, as an operator with a server of his own has them."""
    admin_url, login_url = cluster
    made = [await clone(admin_url, await make_template(admin_url, login_url)), f"rounds_test_{os.getpid()}_ab"]
    await make_empty(admin_url, made[1])
    yield lambda: (with_database(login_url, made[0]), with_database(login_url, made[1]))
    for name in made:
        await remove(admin_url, name)


@pytest.fixture
async def kept(databases: Callable[[], tuple[str, str]], tmp_path: Path) -> tuple[Path, str]:
    """Give the backup of a lender on an operator's own server, and the URL of an empty database."""
    full, empty = databases()
    await people(full)
    (tmp_path / "one" / "files").mkdir(parents=True)
    (tmp_path / "one" / "files" / "photo").write_bytes(os.urandom(3_000_000))
    done = await asyncio.to_thread(
        ran, "backup", str(tmp_path / "out"), DATABASE_URL=full, ROUNDS_DATA=str(tmp_path / "one")
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "out", empty


async def test_with_a_server_of_the_operators_own_no_superuser_is_needed(kept: tuple[Path, str]) -> None:
    out, empty = kept
    two = out.parent / "two"
    done = await asyncio.to_thread(ran, "restore", str(out), DATABASE_URL=empty, ROUNDS_DATA=str(two))
    assert done.returncode == 0, done.stderr
    raw = await asyncpg.connect(empty, server_settings={"role": "app_job"})
    assert await raw.fetchval("SELECT count(*) FROM cases") == 6
    assert await raw.fetchval("SELECT count(*) FROM cluster_epoch") == 0, "the next start gives it a life of its own"
    assert await raw.fetchval("SELECT count(*) FROM events WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())") == 0
    await raw.close()
    assert "is not empty" in await asyncio.to_thread(
        refused, "restore", str(out), DATABASE_URL=empty, ROUNDS_DATA=str(two)
    )
    assert "the database is not empty" in await asyncio.to_thread(
        refused, "restore", str(out), DATABASE_URL=empty, ROUNDS_DATA=str(out.parent / "three")
    )


async def test_a_backup_of_an_old_version_comes_up_under_the_present_one(
    databases: Callable[[], tuple[str, str]], cluster: tuple[str, str], tmp_path: Path
) -> None:
    """AD-7: the database of an old version, backed up by it and restored by this one."""
    _full, new = databases()
    name = f"rounds_test_{os.getpid()}_01d"
    await make_empty(cluster[0], name)
    try:
        await asyncio.to_thread(upgrade, with_database(cluster[1], name), OLD)
        admin_url = with_database(cluster[0], name)
        raw = await asyncpg.connect(admin_url)
        await raw.execute(OLD_ROWS)
        await raw.close()
        (tmp_path / "one").mkdir()
        with archive.fresh(tmp_path / "out") as part:
            server = dump.Server(url=admin_url, programs=dump.own_programs(), role=None)
            await asyncio.to_thread(dump.dump, server, part / archive.DATABASE)
            archive.copy_data(tmp_path / "one", part)
    finally:
        await remove(cluster[0], name)
    done = await asyncio.to_thread(
        ran, "restore", str(tmp_path / "out"), DATABASE_URL=new, ROUNDS_DATA=str(tmp_path / "two")
    )
    assert done.returncode == 0, done.stderr
    raw = await asyncpg.connect(new, server_settings={"role": "app_job"})
    assert [tuple(row) for row in await raw.fetch(OLD_READ)] == [OLD_SEEN]
    assert await raw.fetchval("SELECT version_num FROM alembic_version") == scripts().get_current_head()
    assert await raw.fetchval("SELECT xid::text FROM events") == "1", "9000000000 would be unseen for years"
    await raw.close()


@pytest.mark.parametrize("name", ["database.dump", "data/files/photo"])
async def test_a_damaged_or_missing_file_is_named_before_anything_is_touched(kept: tuple[Path, str], name: str) -> None:
    out, empty = kept
    content = bytearray((out / name).read_bytes())
    content[len(content) // 2] ^= 1
    (out / name).write_bytes(content)
    two = out.parent / "two"
    words = await asyncio.to_thread(refused, "restore", str(out), DATABASE_URL=empty, ROUNDS_DATA=str(two))
    assert f"{out / name} is damaged" in words
    (out / name).unlink()
    words = await asyncio.to_thread(refused, "restore", str(out), DATABASE_URL=empty, ROUNDS_DATA=str(two))
    assert f"{out / name} is missing" in words
    assert not two.exists()


async def test_a_dump_that_ends_early_leaves_the_database_empty(kept: tuple[Path, str]) -> None:
    """The hash is made to fit: what is tested is that half a database is never committed."""
    out, empty = kept
    cut = out / archive.DATABASE
    before = archive.hash_of(cut)
    cut.write_bytes(cut.read_bytes()[:-2000])
    sums = out / archive.SUMS
    sums.write_text(sums.read_text().replace(before, archive.hash_of(cut)))
    two = out.parent / "two"
    assert "the restore failed" in await asyncio.to_thread(
        refused, "restore", str(out), DATABASE_URL=empty, ROUNDS_DATA=str(two)
    )
    raw = await asyncpg.connect(empty)
    assert await raw.fetchval("SELECT to_regclass('public.tenants')") is None
    await raw.close()
    assert archive.occupied(two) == []


async def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(
    databases: Callable[[], tuple[str, str]], tmp_path: Path
) -> None:
    """A limit on the size of a file stands for the full disk: writing fails in the middle."""
    full, _empty = databases()
    (tmp_path / "one" / "files").mkdir(parents=True)
    (tmp_path / "one" / "files" / "photo").write_bytes(os.urandom(3_000_000))
    to = tmp_path / "to"
    to.mkdir()
    words = await asyncio.to_thread(
        refused, "backup", str(to / "out"), limit_bytes=2_000_000, DATABASE_URL=full, ROUNDS_DATA=str(tmp_path / "one")
    )
    assert f"cannot write {to / 'out'}: File too large" in words
    assert list(to.iterdir()) == []


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "data", "elsewhere/file"])
def test_a_list_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / archive.SUMS).write_text(f"{'0' * 64}  {name}\n")
    words = refused("restore", str(tmp_path), ROUNDS_DATA=str(tmp_path / "data-folder"))
    assert "which no backup of Rounds holds" in words


def test_what_is_no_backup_and_what_is_there_already_are_said_in_one_line(tmp_path: Path) -> None:
    assert "name the folder that rounds backup has made" in refused("restore", str(tmp_path), ROUNDS_DATA=str(tmp_path))
    assert "is there already" in refused(
        "backup", str(tmp_path), DATABASE_URL="postgresql://x@127.0.0.1:1/x", ROUNDS_DATA=str(tmp_path / "data")
    )
    assert "data folder itself" in refused("backup", str(tmp_path / "data" / "x"), ROUNDS_DATA=str(tmp_path / "data"))
    assert "pg_dump failed" in refused(
        "backup", str(tmp_path / "x"), DATABASE_URL="postgresql://x@127.0.0.1:1/x", ROUNDS_DATA=str(tmp_path / "data")
    )


def test_links_to_another_disk_are_followed_and_modes_kept(tmp_path: Path) -> None:
    data, disk, out, again = (tmp_path / name for name in ("data", "disk", "out", "again"))
    for folder in (data / "keys", disk, again):
        folder.mkdir(parents=True)
    (data / "keys" / "one").write_bytes(b"secret")
    (data / "keys" / "one").chmod(0o600)
    (data / "keys").chmod(0o700)
    (disk / "photo").write_bytes(b"bytes")
    (data / "files").symlink_to(disk)
    (data / "pg").mkdir()
    (data / "pg" / "never").touch()
    with archive.fresh(out) as part:
        (part / archive.DATABASE).write_bytes(b"dump")
        assert archive.copy_data(data, part) == 2
    assert (
        subprocess.run(["sha256sum", "--check", "--quiet", archive.SUMS], check=False, timeout=30, cwd=out).returncode
        == 0
    )
    archive.put_back(out, archive.check(out), again)
    assert hashes(again) == {
        "files/photo": archive.hash_of(disk / "photo"),
        "keys/one": archive.hash_of(data / "keys" / "one"),
    }
    assert ((again / "keys").stat().st_mode & 0o777, (again / "keys" / "one").stat().st_mode & 0o777) == (0o700, 0o600)
    shutil.rmtree(out)


async def test_every_table_that_counts_in_transaction_ids_is_known_to_the_restore(url: str) -> None:
    """A new one must say what becomes of it in another cluster, where the counting begins anew: infra/dump.py."""
    raw = await asyncpg.connect(url)
    found = await raw.fetch(
        "SELECT relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.atttypid = 'xid8'::regtype"
        " AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    await raw.close()
    assert {row["relname"] for row in found} == COUNTED_IN_XIDS
