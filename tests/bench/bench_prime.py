"""OF-13: how long does a phone's first filling take on a bad network, and how many bytes does it bring?

Real Chromium and the real server, between them a line of 256 kbit/s, 400 ms and 5 % loss (tests/bench/slow_line.py).
The app itself is on the phone; from the PIN on, which makes the key that cases are kept under, until all cases stand in
the list. The cases are lived in: parties, numbers, a loan, promises, a time line with notes.
"""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg
from playwright.async_api import async_playwright

from backend.kernel.db import Role, open_database
from tests import databases
from tests.bench.bench_phone import CHROMIUM, COUNT
from tests.bench.bench_push import link_of
from tests.bench.measure import Row, at_most, told
from tests.bench.slow_line import SLOW, slow_line
from tests.bench.stock import Stock, make_stock
from tests.pwa.conftest import DEVICE, make_pin
from tests.server import started

CASES, SEED = 300, 13
PARTIES = """
INSERT INTO related_parties (id, tenant_id, obligor_id, external_ref, role, relation, name, may_contact, consent,
    source, row_hash)
SELECT gen_random_uuid(), tenant_id, id, external_ref || '-' || n, 'guarantor', 'sibling',
    'Relative ' || md5(id::text || n), true, 'unknown', 'book', '\\x00'
FROM obligors CROSS JOIN generate_series(1, 2) n WHERE tenant_id = $1
"""
NUMBERS = """
INSERT INTO contact_points (id, tenant_id, obligor_id, kind, value, normal, status, consent, source, may_contact,
    row_hash)
SELECT gen_random_uuid(), tenant_id, id, 'mobile', said, said, 'unknown', 'unknown', 'book', true, '\\x00'
FROM obligors CROSS JOIN generate_series(1, 3) n
CROSS JOIN LATERAL (SELECT '+86138' || translate(left(md5(id::text || n), 8), 'abcdef', '123456') AS said) s
WHERE tenant_id = $1
"""
LOANS = """
INSERT INTO accounts (id, tenant_id, obligor_id, external_ref, kind, product, currency, principal_minor, status,
    row_hash)
SELECT gen_random_uuid(), tenant_id, id, 'L' || external_ref, 'personal', 'Cash loan', 'CNY',
    (random() * 10000000)::bigint, 'active', '\\x00'
FROM obligors WHERE tenant_id = $1
"""
OWED = """
INSERT INTO balances (tenant_id, account_id, obligor_id, as_of, principal_minor, interest_minor, penalty_minor,
    fee_minor, overdue_minor, days_past_due, currency, row_hash)
SELECT tenant_id, id, obligor_id, current_date, principal_minor, principal_minor / 50, principal_minor / 70,
    1200, principal_minor / 9, 40, 'CNY', '\\x00'
FROM accounts WHERE tenant_id = $1
"""
CALLED = """
INSERT INTO calls (id, tenant_id, case_id, user_id, result, party, started_at, ended_at, note)
SELECT gen_random_uuid(), tenant_id, id, assignee_id, 'NO_ANSWER', 'nobody', now() - n * interval '2 days',
    now() - n * interval '2 days' + interval '1 minute', 'Rang twice, then ' || md5(id::text || n)
FROM cases CROSS JOIN generate_series(1, 10) n WHERE tenant_id = $1
"""
PROMISED = """
INSERT INTO promises (id, tenant_id, case_id, source_kind, source_id, amount_minor, currency, due_on, state, made_by,
    made_at)
SELECT gen_random_uuid(), tenant_id, id, 'call', gen_random_uuid(), 1000 + n, 'CNY', current_date - n, 'broken',
    assignee_id, now() - n * interval '3 days'
FROM cases CROSS JOIN generate_series(1, 2) n WHERE tenant_id = $1
"""


async def live_in(raw: asyncpg.Connection, stock: Stock) -> None:
    """Give the cases of a stock what cases have after some weeks of work."""
    for statement in (PARTIES, NUMBERS, LOANS, OWED, CALLED, PROMISED):
        await raw.execute(statement, stock.tenant_id)


# Here "localhost" must not be left out of the mapping: it is what leads through the line.
NO_OTHER_HOST = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


async def primed(origin: str, link: str, data: Path) -> tuple[float, float, int]:
    """Fill a phone through the slow line; returns seconds, megabytes that came down, and segments that were lost."""
    port = urlsplit(origin).port or 0
    async with slow_line(SEED, port) as line, async_playwright() as driver:
        context = await driver.chromium.launch_persistent_context(
            str(data / "profile"), executable_path=CHROMIUM, locale="en", viewport={"width": 360, "height": 780},
            args=[*DEVICE, f"--host-resolver-rules=MAP localhost:{port} 127.0.0.1:{line.port}, {NO_OTHER_HOST}"],
        )  # fmt: skip
        page = context.pages[0]
        await page.goto(f"{origin}/enter#{link}")
        await page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=60_000)
        line.weather, before, began = SLOW, line.down.carried_bytes, time.monotonic()
        await make_pin(page)
        await page.locator('nav a[href="/cases"]').click(timeout=120_000)
        await page.wait_for_function(f"() => ({COUNT})() >= {CASES}", timeout=300_000, polling=250)
        seconds = time.monotonic() - began
        if line.down.carried_bytes == before:
            raise RuntimeError("nothing went through the line: the browser goes round it")
        came_mb, lost = (line.down.carried_bytes - before) / 10**6, line.down.lost + line.up.lost
        await context.close()
    return seconds, came_mb, lost


async def measure(admin_url: str, login_url: str, data: Path) -> list[Row]:
    """Make the book, serve it, and fill one phone."""
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    jobs = await open_database(url, role=Role.JOB, pool_size=2, statement_timeout_s=300)
    try:
        async with jobs.pool.acquire() as raw:
            stock = await make_stock(raw, CASES)
            await live_in(raw, stock)
        with started("backend.app.asgi:app", url, data / "server") as served:
            seconds, came_mb, lost = await primed(served.origin, await link_of(jobs, stock), data)
    finally:
        await jobs.close()
        await databases.remove(admin_url, name)
    line = f"{SLOW.rate_bit_s / 1000:.0f} kbit/s, {SLOW.round_trip_s * 1000:.0f} ms, {SLOW.loss:.0%} loss"
    return [
        at_most(f"first prime of {CASES} cases at {line}", seconds, 60, "s"),
        at_most("  what came down for it", came_mb, 1.5, "MB"),
        told("  segments lost", str(lost)),
    ]


def main() -> list[Row]:
    """Measure on a cluster of our own or the one named by ROUNDS_TEST_ADMIN_URL."""
    with TemporaryDirectory() as data, databases.cluster_urls() as (admin_url, login_url):
        return asyncio.run(measure(admin_url, login_url, Path(data)))


if __name__ == "__main__":
    from tests.bench.measure import table

    print(table(main()))
