"""What does a page of a list cost, whatever the size of the book, and how large is the first load of a phone?

A page of 50 cases of 100,000 over HTTP is held against a bare endpoint that reads one row by its primary key; pages of
a book of 1,000,000 against one of 10,000, and a late page against the first; a search and the doors around a place
against a page. ROUNDS_BENCH_LARGE sets the size of the large book.

What is asked for is paid by two: the process of the API, and those processes of the database that serve clients. All
ways take turns, in another order each round, so that whatever else the machine does meets all alike; a ratio is the
median of the ratios of the rounds. What the database does behind it all (checkpoints, vacuum) is told apart.
"""

import asyncio
import os
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import asyncpg
import httpx
import msgspec

from backend.app.demo.ensure import ensure_demo
from backend.kernel.db import Database, Role, open_database
from tests import databases
from tests.bench.bench_push import cookie_of
from tests.bench.measure import Row, at_most, cpu_s, processes, told
from tests.bench.stock import Stock, make_stock
from tests.server import Served, started

SMALL, MIDDLE = 10_000, 100_000
LARGE = int(os.environ.get("ROUNDS_BENCH_LARGE", "1000000"))
ROUNDS, PAGES, WARM, SEED = 11, 60, 5, 3
FIRST = "/v1/cases?limit=50"
FOUND = {
    "search for one name": f"{FIRST}&search=client+4242",
    "search for what every tenth name holds": f"{FIRST}&search=client+4",
    "search for two letters that begin no name": f"{FIRST}&search=xz",
    "doors around a place, 2 km": "/v1/cases/near?lat=30.1&lon=120.1&radius_m=2000&limit=50",
    "doors around a place, 50 km": "/v1/cases/near?lat=30.1&lon=120.1&radius_m=50000&limit=50",
}
LAST = """
SELECT encode(convert_to('{"s":' || score || ',"i":"' || id || '"}', 'UTF8'), 'base64') FROM cases
WHERE tenant_id = $1 AND closed_at IS NULL ORDER BY score, id DESC OFFSET 60 LIMIT 1
"""
ONE_COLLECTOR = """
UPDATE cases SET assignee_id = (SELECT id FROM users WHERE role = 'collector' AND tenant_id = cases.tenant_id
    ORDER BY login LIMIT 1) WHERE closed_at IS NULL
"""


class Way(msgspec.Struct, frozen=True):
    """Something to ask: whom, in whose name, for what in turn."""

    served: Served
    headers: dict[str, str]
    paths: list[str]


class Costs(msgspec.Struct, frozen=True):
    """CPU microseconds a request, one number a round: by way, and what the database did in the background meanwhile."""

    of_way: dict[str, list[float]]
    behind: list[float]

    def ratio(self, one: str, other: str) -> float:
        """Return the median of the ratios of the rounds."""
        return median(a / b for a, b in zip(self.of_way[one], self.of_way[other], strict=True))

    def typical(self, name: str) -> str:
        """Return the median with the smallest and the largest round."""
        rounds = self.of_way[name]
        return f"{median(rounds):.0f} ({min(rounds):.0f}-{max(rounds):.0f})"


async def cost_us(way: Way, raw: asyncpg.Connection) -> tuple[float, float]:
    """Return CPU microseconds a request over PAGES of them: of the API with its backends, and of what runs behind."""
    async with httpx.AsyncClient(base_url=way.served.origin, headers=way.headers, timeout=60) as client:
        for n in range(WARM):
            (await client.get(way.paths[n % len(way.paths)])).raise_for_status()
        before, api = await processes(raw), cpu_s(way.served.pid)
        for n in range(PAGES):
            await client.get(way.paths[n % len(way.paths)])
        api = cpu_s(way.served.pid) - api
        serving, behind = (await processes(raw)).since(before)
    return (api + serving) / PAGES * 1e6, behind / PAGES * 1e6


async def costs_of(ways: dict[str, Way], raw: asyncpg.Connection) -> Costs:
    """Let all ways take turns, in another order each round."""
    random = Random(SEED)  # noqa: S311 - an order
    costs = Costs(of_way={name: [] for name in ways}, behind=[])
    for _ in range(ROUNDS):
        for name in random.sample(sorted(ways), len(ways)):
            cost, behind = await cost_us(ways[name], raw)
            costs.of_way[name].append(cost)
            costs.behind.append(behind)
    return costs


async def last_page(raw: asyncpg.Connection, stock: Stock) -> str:
    """Return the path of a page near the end of the list."""
    cursor = (await raw.fetchval(LAST, stock.tenant_id)).replace("\n", "").replace("+", "-").replace("/", "_")
    return f"/v1/cases?limit=50&after={cursor}"


async def measure(admin_url: str, login_url: str, data: Path) -> list[Row]:
    """Run everything on fresh databases; returns the rows of the table."""
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    jobs = await open_database(url, role=Role.JOB, pool_size=2, statement_timeout_s=900)
    try:
        return [*await compare(jobs, url, data, admin_url), await prime(admin_url, login_url, data)]
    finally:
        await jobs.close()
        await databases.remove(admin_url, name)


async def settle(admin_url: str) -> None:
    """Write what a million new rows left to be written, or it is written, and measured, while pages are read."""
    admin = await asyncpg.connect(admin_url, timeout=30)
    await admin.execute("CHECKPOINT", timeout=300)
    await admin.close()


async def compare(jobs: Database, url: str, data: Path, admin_url: str) -> list[Row]:
    """Measure pages of three books; the books lie in one database, as lenders do."""
    async with jobs.pool.acquire() as raw:
        books = [await make_stock(raw, size, role="lead") for size in (SMALL, MIDDLE, LARGE)]
        late = await last_page(raw, books[2])
        await settle(admin_url)
        with (
            started("backend.app.asgi:app", url, data) as served,
            started("tests.bench.bare_app:app", url, data) as bare,
        ):
            small, middle, large = [await cookie_of(jobs, served, book) for book in books]
            ways = {
                "small": Way(served=served, headers=small, paths=[FIRST]),
                "middle": Way(served=served, headers=middle, paths=[FIRST]),
                "large": Way(served=served, headers=large, paths=[FIRST]),
                "late": Way(served=served, headers=large, paths=[late]),
                "bare": Way(served=bare, headers={}, paths=[f"/one/{case}" for case, *_ in books[1].doors[:200]]),
            } | {name: Way(served=served, headers=middle, paths=[path]) for name, path in FOUND.items()}
            return rows_of(await costs_of(ways, raw))


def rows_of(costs: Costs) -> list[Row]:
    """Hold the costs against each other."""
    typical = costs.typical
    return [
        at_most(
            "page of 50 cases out of 100,000, CPU against one read by primary key", costs.ratio("middle", "bare"), 4
        ),
        told("  us of CPU, median (smallest-largest round): page", typical("middle")),
        told("  one read", typical("bare")),
        at_most(f"page of a book of {LARGE:,} against one of {SMALL:,}", costs.ratio("large", "small"), 1.5),
        at_most(f"last page against the first, of {LARGE:,}", costs.ratio("late", "large"), 1.5),
        told("  us of CPU: small", typical("small")),
        told("  large", typical("large")),
        told("  last of large", typical("late")),
        *(at_most(f"{name}, against a page of 50", costs.ratio(name, "middle"), 10) for name in FOUND),
        told(
            "  us of CPU of the database's background processes a request, median (largest), not counted above",
            f"{median(costs.behind):.0f} ({max(costs.behind):.0f})",
        ),
    ]


async def prime(admin_url: str, login_url: str, data: Path) -> Row:
    """Return how many bytes the first load of a phone with the demo's whole book takes on the wire."""
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    try:
        entrances = await ensure_demo(url, data)
        raw = await asyncpg.connect(url, server_settings={"role": "app_job"})
        await raw.execute(ONE_COLLECTOR)
        count = await raw.fetchval("SELECT count(*) FROM cases WHERE assignee_id IS NOT NULL")
        token = await collector_token(raw, url)
        await raw.close()
        with started("backend.app.asgi:app", url, data) as served:
            size = await bytes_of_prime(served, token or entrances[0].token)
    finally:
        await databases.remove(admin_url, name)
    return at_most(f"first load of a phone, {count} cases, on the wire", size / 1e6, 1.5, "MB")


async def collector_token(raw: asyncpg.Connection, url: str) -> str | None:
    """Return a link's token for the collector who has the cases."""
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    from backend.identity.commands.sign_in import make_sign_in_link  # noqa: PLC0415 - only here
    from backend.identity.schemas import Act  # noqa: PLC0415 - only here
    from backend.kernel.db import Reach, Scope, transaction  # noqa: PLC0415 - only here

    user = await raw.fetchrow("SELECT tenant_id, id FROM users WHERE role = 'collector' ORDER BY login LIMIT 1")
    database = await open_database(url, role=Role.JOB, pool_size=1)
    act = Act(tenant_id=user["tenant_id"], actor_id=None, device_id=None, at=datetime.now(tz=UTC))
    scope = Scope(tenant_id=user["tenant_id"], user_id=user["id"], reach=Reach.TENANT, team_ids=())
    async with transaction(database, scope) as tx:
        link = await make_sign_in_link(tx, act, user["id"])
    await database.close()
    return link.token


async def bytes_of_prime(served: Served, token: str) -> int:
    """Load all pages with gzip, as a browser does; returns the bytes of the bodies as they travel."""
    total, cursor = 0, None
    async with httpx.AsyncClient(base_url=served.origin, headers={"X-Rounds": "1"}, timeout=60) as client:
        (await client.post("/v1/session/link", json={"token": token})).raise_for_status()
        while True:
            async with client.stream("GET", "/v1/sync/pull", params={"cursor": cursor} if cursor else None) as answer:
                body = b"".join([chunk async for chunk in answer.aiter_raw()])
                if answer.headers.get("content-encoding") != "gzip":
                    raise RuntimeError("the pull is not compressed")
            total += len(body)
            page = msgspec.json.decode(httpx.Response(200, headers={"content-encoding": "gzip"}, content=body).content)
            cursor = page["cursor"]
            if not page["more"]:
                return total


def main() -> list[Row]:
    """Measure on a cluster of our own or the one named by ROUNDS_TEST_ADMIN_URL."""
    with TemporaryDirectory() as data, databases.cluster_urls() as (admin_url, login_url):
        return asyncio.run(measure(admin_url, login_url, Path(data)))


if __name__ == "__main__":
    from tests.bench.measure import table

    print(table(main()))
