"""What does a push cost, beside bare inserts into the same tables and beside an endpoint that does nothing else?

Three ways are run against one cluster, one after the other: Rounds over HTTP with session, validation, rules, journal,
case update and answers; a bare Litestar endpoint that decodes and inserts; bare asyncpg `unnest` inserts of the same
rows into Rounds' own tables. CPU is that of the server process plus all processes of the database.

What the contact gate takes of a push (each visit is counted as a contact) is the difference between the same
statements with and without it, which take turns.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from uuid import UUID

import asyncpg
import httpx
import msgspec

from backend.cases.queries import INSERT_PHONE_CHANGES
from backend.compliance.queries import INSERT_EVENTS as CONTACTS
from backend.compliance.schemas import Channel
from backend.identity.commands.sign_in import make_sign_in_link
from backend.identity.schemas import Act
from backend.journal.queries import INSERT_EVENTS
from backend.kernel.db import Database, Reach, Role, Scope, bare_transaction, open_database, transaction
from backend.kernel.ids import new_id
from backend.kernel.statements import Statement, run_together
from backend.sync.queries import CLAIM
from backend.visits.queries import INSERT_VISITS
from tests import databases
from tests.bench.measure import Row, at_least, at_most, cpu_of_children_s, cpu_s, memory_mb, postmaster_of, told
from tests.bench.stock import Stock, make_stock
from tests.server import Served, started

BATCH, BATCHES, SINGLES, PHONES, CASES = 100, 80, 1500, 4, 300
SEED = 11
GATE_ROUNDS, GATE_VISITS = 5, 400
GATE = frozenset(CONTACTS.values())

type_make = Callable[[Stock, Random, int, int], bytes]


class Cost(msgspec.Struct, frozen=True):
    """What a run cost: CPU seconds of server and database, wall seconds, rows written."""

    app_s: float
    database_s: float
    wall_s: float
    rows: int

    @property
    def cpu_us_a_row(self) -> float:
        """CPU of both sides, microseconds a row."""
        return (self.app_s + self.database_s) / self.rows * 1e6

    @property
    def rows_a_s(self) -> float:
        """Rows a second of wall time."""
        return self.rows / self.wall_s


def visit_body(stock: Stock, random: Random, now: datetime) -> dict[str, object]:
    """Return the body of a visit that the rules accept, at the door of a random case."""
    case, address, lat, lon = random.choice(stock.doors)
    return {
        "id": new_id(), "case_id": case, "stop_id": None, "address_id": address,
        "started_at": now - timedelta(minutes=6), "ended_at": now,
        "check_in": {"place": {"lat": lat, "lon": lon}, "accuracy_m": 12.0, "at": now}, "outside_reason": None,
        "result": "NOT_HOME", "party": "nobody", "paid_minor": None, "promise": None, "photos": [],
        "note": "rang twice, neighbour says back after six", "next_step": "revisit", "next_on": None,
    }  # fmt: skip


def push_body(stock: Stock, random: Random, count: int, seq: int) -> bytes:
    """Return a push request of `count` visits."""
    now = datetime.now(tz=UTC)
    items = [
        {
            "id": new_id(), "seq": seq + n, "kind": "visit.record", "schema": 2, "occurred_at": now,
            "clock_offset_ms": 0, "body": visit_body(stock, random, now),
        }
        for n in range(count)
    ]  # fmt: skip
    request = {"device_id": stock.device_id, "app_version": "1", "sent_at": now, "unsent_count": 0, "mutations": items}
    return msgspec.json.encode(request)


def bare_body(stock: Stock, random: Random, count: int, _seq: int) -> bytes:
    """Return a batch for the bare endpoint with as much of a visit as it takes."""
    now = datetime.now(tz=UTC)
    visits = [
        {
            "id": new_id(), "case_id": random.choice(stock.doors)[0], "user_id": stock.user_id, "result": "NOT_HOME",
            "note": "rang twice, neighbour says back after six", "started_at": now, "ended_at": now,
        }
        for _ in range(count)
    ]  # fmt: skip
    return msgspec.json.encode({"visits": visits})


class Lane(msgspec.Struct, frozen=True):
    """One phone: its stock and the headers of its session."""

    stock: Stock
    headers: dict[str, str]


async def drive(
    served: Served, postmaster: int, path: str, lanes: Sequence[tuple[Lane, list[bytes]]], rows: int
) -> Cost:
    """Let each phone send its bodies one after the other, all phones at once; every answer must be 200."""

    async def phone(lane: Lane, bodies: list[bytes]) -> None:
        async with httpx.AsyncClient(base_url=served.origin, headers=lane.headers, timeout=60) as client:
            for body in bodies:
                answer = await client.post(path, content=body)
                if answer.status_code != httpx.codes.OK or b'"refused"' in answer.content:
                    raise RuntimeError(f"not taken: {answer.status_code} {answer.text[:300]}")

    app, database, wall = cpu_s(served.pid), cpu_of_children_s(postmaster), time.perf_counter()
    await asyncio.gather(*(phone(lane, bodies) for lane, bodies in lanes))
    return Cost(
        app_s=cpu_s(served.pid) - app,
        database_s=cpu_of_children_s(postmaster) - database,
        wall_s=time.perf_counter() - wall,
        rows=rows,
    )


async def raw_inserts(raw: asyncpg.Connection, postmaster: int, stock: Stock) -> Cost:
    """Write the rows of the batches straight into Rounds' tables; arguments are made before the clock starts."""
    random = Random(SEED)  # noqa: S311 - a stock of test visits
    batches = [raw_arguments(stock, random) for _ in range(BATCHES)]
    app, database, wall = time.process_time(), cpu_of_children_s(postmaster), time.perf_counter()
    for batch in batches:
        async with raw.transaction():
            for statement, arguments in batch:
                await raw.execute(statement, *arguments)
    return Cost(
        app_s=time.process_time() - app,
        database_s=cpu_of_children_s(postmaster) - database,
        wall_s=time.perf_counter() - wall,
        rows=BATCH * BATCHES,
    )


async def gate_us(database: Database, stock: Stock, batch: int) -> float:
    """Return what counting its contact adds to a visit in a batch of this size: CPU microseconds of both sides."""
    random = Random(SEED)  # noqa: S311 - a stock of test visits
    scope = Scope(tenant_id=stock.tenant_id, user_id=stock.user_id, reach=Reach.TENANT, team_ids=())
    differences = []
    async with database.pool.acquire() as raw:
        backend = await raw.fetchval("SELECT pg_backend_pid()")
    for _ in range(GATE_ROUNDS):
        cost = {}
        for is_counted in (True, False):
            made = [
                [Statement(sql=sql, arguments=given) for sql, given in raw_arguments(stock, random, batch)]
                for _ in range(GATE_VISITS // batch)
            ]
            before = time.process_time() + cpu_s(backend)
            for claim, *parts in made:
                async with bare_transaction(database, scope) as raw:
                    await run_together(raw, claim, [one for one in parts if is_counted or one.sql not in GATE])
            cost[is_counted] = (time.process_time() + cpu_s(backend) - before) / GATE_VISITS * 1e6
        differences.append(cost[True] - cost[False])
    return median(differences)


def raw_arguments(stock: Stock, random: Random, batch: int = BATCH) -> list[tuple[str, tuple[object, ...]]]:
    """Return the statements of one batch with their arrays: ids, visits, contacts, events, changes for the phone."""
    now = datetime.now(tz=UTC)
    bodies = [visit_body(stock, random, now) for _ in range(batch)]
    ids, cases = [new_id() for _ in bodies], [body["case_id"] for body in bodies]
    spots = [body["check_in"]["place"] for body in bodies]  # type: ignore[index] # a dict of our own making
    column = {name: [body[name] for body in bodies] for name in bodies[0]}
    none: list[None] = [None] * batch
    payloads = [msgspec.json.encode(body).decode() for body in bodies]
    tenant, user, device = stock.tenant_id, stock.user_id, stock.device_id
    touched = sorted(set(cases), key=str)
    return [
        (CLAIM, (tenant, user, device, now, ids, list(range(batch)), [b"\0" * 16] * batch, ["accepted"] * batch, none)),
        (
            INSERT_VISITS,
            (
                tenant, user, device, column["id"], cases, none, column["address_id"], column["result"],
                column["party"], none, column["started_at"], column["ended_at"], [spot["lat"] for spot in spots],
                [spot["lon"] for spot in spots], [12.0] * batch, [0.0] * batch, [True] * batch, none, column["note"],
                column["next_step"], none, none,
            ),
        ),
        (
            CONTACTS[Channel.VISIT],
            (
                tenant, user, Channel.VISIT.value, column["id"], cases, column["address_id"], [True] * batch,
                ["visit"] * batch, column["started_at"],
            ),
        ),
        (
            INSERT_EVENTS,
            (
                [new_id() for _ in ids], [tenant] * batch, ["visit.recorded"] * batch, column["id"], cases,
                [user] * batch, [device] * batch, column["ended_at"], payloads,
            ),
        ),
        (
            INSERT_PHONE_CHANGES,
            (tenant, "case", "changed", [new_id() for _ in touched], [user] * len(touched), touched),
        ),
    ]  # fmt: skip


async def link_of(jobs: Database, stock: Stock) -> str:
    """Make a one-time sign-in link for the stock's person; returns its token."""
    act = Act(tenant_id=stock.tenant_id, actor_id=None, device_id=None, at=datetime.now(tz=UTC))
    scope = Scope(tenant_id=stock.tenant_id, user_id=UUID(int=0), reach=Reach.TENANT, team_ids=())
    async with transaction(jobs, scope) as tx:
        return (await make_sign_in_link(tx, act, stock.user_id)).token


async def cookie_of(jobs: Database, served: Served, stock: Stock) -> dict[str, str]:
    """Sign the stock's person in by a link; returns the headers of a session."""
    async with httpx.AsyncClient(base_url=served.origin, headers={"X-Rounds": "1"}) as client:
        token = await link_of(jobs, stock)
        (await client.post("/v1/session/link", json={"token": token})).raise_for_status()
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return {"X-Rounds": "1", "Cookie": cookie}


async def measure(admin_url: str, login_url: str, data: Path) -> list[Row]:
    """Run the three ways on a fresh database; returns the rows of the table."""
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    jobs = await open_database(url, role=Role.JOB, pool_size=2, statement_timeout_s=120)
    try:
        async with jobs.pool.acquire() as raw:
            stocks, postmaster = [await make_stock(raw, CASES) for _ in range(PHONES)], await postmaster_of(raw)
        await make_bare_table(databases.with_database(admin_url, name))
        return await compare(jobs, url, data, stocks, postmaster)
    finally:
        await jobs.close()
        await databases.remove(admin_url, name)


async def make_bare_table(admin_url: str) -> None:
    """Make the table of the bare endpoint: a key and one secondary index, as a visit has for its case."""
    admin = await asyncpg.connect(admin_url)
    await admin.execute(
        "CREATE TABLE bare_visits (id uuid PRIMARY KEY, case_id uuid, user_id uuid, result text, note text,"
        " started_at timestamptz, ended_at timestamptz)"
    )
    await admin.execute("CREATE INDEX ON bare_visits (case_id, started_at DESC)")
    await admin.execute("GRANT ALL ON bare_visits TO app_job")
    await admin.close()


async def compare(jobs: Database, url: str, data: Path, stocks: list[Stock], postmaster: int) -> list[Row]:
    """Drive each way with warm caches and hold them against each other."""
    random = Random(SEED)  # noqa: S311 - a stock of test visits
    total, each = BATCH * BATCHES, BATCHES // PHONES

    async def run(served: Served, path: str, lanes: list[Lane], make: type_make) -> tuple[Cost, Cost]:
        warm = [(lane, [make(lane.stock, random, 20, 1) for _ in range(6)]) for lane in lanes]
        await drive(served, postmaster, path, warm, 1)
        many = [(lane, [make(lane.stock, random, BATCH, 1) for _ in range(each)]) for lane in lanes]
        ones = [(lane, [make(lane.stock, random, 1, 1) for _ in range(SINGLES // PHONES)]) for lane in lanes]
        batches = await drive(served, postmaster, path, many, total)
        return batches, await drive(served, postmaster, path, ones, SINGLES)

    with started("backend.app.asgi:app", url, data) as served:
        lanes = [Lane(stock=one, headers=await cookie_of(jobs, served, one)) for one in stocks]
        many, single = await run(served, "/v1/sync/push", lanes, push_body)
        memory = memory_mb(served.pid)
    with started("tests.bench.bare_app:app", url, data) as served:
        bare = [Lane(stock=one, headers={}) for one in stocks]
        bare_many, bare_single = await run(served, "/push", bare, bare_body)
    async with jobs.pool.acquire() as raw:
        unnest = await raw_inserts(raw, postmaster, stocks[0])
        size = await bytes_a_visit(raw)
    alone = await open_database(url, role=Role.API, pool_size=1)
    gate_many, gate_single = [await gate_us(alone, stocks[0], batch) for batch in (BATCH, 1)]
    await alone.close()
    without = single.cpu_us_a_row - gate_single
    return [
        at_most("push of 100, CPU against bare unnest inserts", many.cpu_us_a_row / unnest.cpu_us_a_row, 3),
        told("  us a visit: Rounds (app + database) / unnest", f"{split(many)} / {split(unnest)}"),
        told("  us a visit of it for the contact gate: of 100 / a lone one", f"{gate_many:.0f} / {gate_single:.0f}"),
        at_most("one visit, CPU against the bare endpoint, gate apart", without / bare_single.cpu_us_a_row, 4),
        told("  with the gate", f"{single.cpu_us_a_row / bare_single.cpu_us_a_row:.2f} x"),
        told("  us a visit: Rounds / bare endpoint", f"{split(single)} / {split(bare_single)}"),
        at_least("push of 100, rows/s against the bare endpoint", many.rows_a_s / bare_many.rows_a_s, 0.25),
        told("  rows/s: Rounds / bare endpoint", f"{many.rows_a_s:.0f} / {bare_many.rows_a_s:.0f}"),
        at_most("bytes in PostgreSQL a visit, journal and indexes in", size, 2600, "B"),
        at_most("memory of the API process after it", memory, 200, "MB"),
    ]


def split(cost: Cost) -> str:
    """Return the CPU a row of both sides."""
    return f"{cost.app_s / cost.rows * 1e6:.0f} + {cost.database_s / cost.rows * 1e6:.0f}"


async def bytes_a_visit(raw: asyncpg.Connection) -> float:
    """Return what a visit takes in all tables that it grew, with their indexes."""
    tables = ("visits", "events_default", "mutations", "phone_changes")
    sizes = [await raw.fetchval("SELECT pg_total_relation_size($1::regclass)", name) for name in tables]
    return float(sum(sizes)) / float(await raw.fetchval("SELECT count(*) FROM visits"))


def main() -> list[Row]:
    """Measure on a cluster of our own or the one named by ROUNDS_TEST_ADMIN_URL."""
    with TemporaryDirectory() as data, databases.cluster_urls() as (admin_url, login_url):
        return asyncio.run(measure(admin_url, login_url, Path(data)))


if __name__ == "__main__":
    from tests.bench.measure import table

    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    print(table(main()))
