"""Is the telephone desk as quick as its callers? The next case for 50 at once, and each key of its screen.

POST /v1/queue/next is timed by the server itself (tests/bench/timed_app.py), 50 callers pulling in the same moment out
of 100,000 cases, of which the first 6,000 were called in the last four hours: what 50 people do who call 30 an hour.
Then once more with everybody called, as at the end of an evening. Whoever was given a case has it until asking for the
next; the same case given to another in between is a double gift. The keys are pressed in Chromium and timed by the
browser's Event Timing: from the press to the next frame on the screen.
"""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import msgspec
from playwright.async_api import Page, async_playwright

from backend.kernel.db import Database, Role, open_database
from backend.kernel.ids import new_id
from tests import databases
from tests.bench.bench_push import cookie_of, link_of
from tests.bench.measure import Row, at_most, told
from tests.bench.stock import Stock, make_stock
from tests.bench.timed_app import TOOK
from tests.pwa.conftest import CHROMIUM, FLAGS
from tests.pwa.office import office
from tests.server import Served, started

CASES, CALLERS, PULLS, CALLED, PRESSES = 100_000, 50, 20, 6_000, 20
NEXT_LIMIT_MS, KEY_LIMIT_MS, SEEN_FROM_MS = 150, 100, 16
KEYS = {
    "J, the case below": ["j"],
    "K, the case above": ["k"],
    "1 to 9, a result": [str(digit) for digit in range(1, 10)],
    "0, more results": ["0"],
    "Ctrl+K, anything": ["Control+k"],
    "?, the keys": ["?"],
}
DIALOGS = {"Ctrl+K, anything", "?, the keys"}
WATCH = """() => {
    window.pressed = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (entry.name === 'keydown') window.pressed.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16 });
}"""
# Two frames and a task later the browser has told what it has to tell of the press.
SETTLED = """async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    await new Promise((go) => setTimeout(go, 50));
}"""
# Law counts hours where the client is, and where the number is: the clients live where it is nearest to eleven.
PLACES = {
    "Asia/Shanghai": "+86138", "Asia/Kolkata": "+919812", "Europe/London": "+447712", "America/New_York": "+1212",
    "America/Los_Angeles": "+1213",
}  # fmt: skip
DIGITS = {"+86138": 8, "+919812": 6, "+447712": 6, "+1212": 7, "+1213": 7}
NOON_IS_NEAR = 11
LIVE_THERE = "UPDATE obligors SET zone = $2 WHERE tenant_id = $1"
NUMBERS = """
INSERT INTO contact_points (id, tenant_id, obligor_id, kind, value, normal, status, consent, source, may_contact,
    row_hash)
SELECT gen_random_uuid(), $1, id, 'mobile', number, number, 'verified', 'given', 'book', true, '\\x00'
FROM (SELECT id, $2 || (row_number() OVER () + $3::bigint)::text AS number FROM obligors
    WHERE tenant_id = $1) AS clients
"""
TAKEN = """SELECT count(*) FROM case_leases WHERE tenant_id = $1"""
CALLED_LATELY = """
UPDATE cases SET last_attempt_at = now() WHERE id IN (
    SELECT id FROM cases WHERE tenant_id = $1 ORDER BY score DESC, id LIMIT $2)
"""


class Gift(msgspec.Struct, frozen=True):
    """A case in somebody's hands: from the answer until the next wish is sent, by one clock."""

    case_id: str
    caller: int
    since: float
    until: float


class Pulls(msgspec.Struct, frozen=True):
    """What came of all pulls: milliseconds at the server and at the caller, and who had what when."""

    server_ms: list[float]
    caller_ms: list[float]
    gifts: list[Gift]


def doubles(gifts: list[Gift]) -> int:
    """Return how often a case was in two people's hands at once."""
    count, held = 0, dict[str, Gift]()
    for gift in sorted(gifts, key=lambda one: one.since):
        before = held.get(gift.case_id)
        if before is not None and before.caller != gift.caller and before.until > gift.since:
            count += 1
        if before is None or gift.until > before.until:
            held[gift.case_id] = gift
    return count


def p95(values: list[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return quantiles(values, n=20, method="inclusive")[-1]


def zone_by_day(now: datetime) -> str:
    """Return the zone where it is nearest to eleven in the morning."""
    return min(PLACES, key=lambda zone: abs(now.astimezone(ZoneInfo(zone)).hour - NOON_IS_NEAR))


async def seat_callers(raw: asyncpg.Connection, stock: Stock) -> list[Stock]:
    """Make the stock's team a desk of 50 callers; returns the stock once for each."""
    await raw.execute("UPDATE teams SET kind = 'desk' WHERE id = $1", stock.team_id)
    await raw.execute("UPDATE cases SET desk_team_id = team_id WHERE tenant_id = $1", stock.tenant_id)
    await raw.execute(CALLED_LATELY, stock.tenant_id, CALLED)
    zone = zone_by_day(datetime.now(tz=UTC))
    await raw.execute(LIVE_THERE, stock.tenant_id, zone)
    await raw.execute(NUMBERS, stock.tenant_id, PLACES[zone], 2 * 10 ** (DIGITS[PLACES[zone]] - 1))
    people = [new_id() for _ in range(CALLERS)]
    for number, user_id in enumerate(people):
        await raw.execute(
            "INSERT INTO users (id, tenant_id, login, name, role, language, zone)"
            " VALUES ($1, $2, $3, $4, 'caller', 'en', 'Asia/Shanghai')",
            user_id, stock.tenant_id, f"caller-{number}-{stock.tenant_id.hex[-12:]}", f"Caller {number}",
        )  # fmt: skip
        await raw.execute("INSERT INTO team_members VALUES ($1, $2, $3)", stock.tenant_id, stock.team_id, user_id)
    await vacuum(raw)
    return [msgspec.structs.replace(stock, user_id=user_id) for user_id in people]


async def vacuum(raw: asyncpg.Connection) -> None:
    """Do what the autovacuum has done long ago in production."""
    await raw.execute("SET ROLE app_owner")
    await raw.execute(
        "VACUUM (ANALYZE) cases, obligors, contact_points, call_openings, users, team_members, case_leases"
    )
    await raw.execute("SET ROLE app_job")


async def pull_all(served: Served, headers: list[dict[str, str]], rounds: int) -> Pulls:
    """Let all callers ask in the same moment, round by round."""
    pulls = Pulls(server_ms=[], caller_ms=[], gifts=[])
    limits = httpx.Limits(max_connections=len(headers), max_keepalive_connections=len(headers))
    async with httpx.AsyncClient(base_url=served.origin, limits=limits, timeout=60) as client:

        async def ask(caller: int) -> tuple[str | None, float, float]:
            begun = time.perf_counter()
            answer = await client.post("/v1/queue/next", json={"passed": []}, headers=headers[caller])
            ended = time.perf_counter()
            answer.raise_for_status()
            pulls.server_ms.append(int(answer.headers[TOOK.decode()]) / 1000)
            pulls.caller_ms.append((ended - begun) * 1000)
            return answer.json()["case_id"], begun, ended

        in_hand: dict[int, tuple[str, float]] = {}
        for _ in range(rounds):
            answers = await asyncio.gather(*(ask(caller) for caller in range(len(headers))))
            for caller, (case_id, begun, ended) in enumerate(answers):
                if caller in in_hand:
                    had, since = in_hand.pop(caller)
                    pulls.gifts.append(Gift(case_id=had, caller=caller, since=since, until=begun))
                if case_id is not None:
                    in_hand[caller] = (case_id, ended)
        pulls.gifts.extend(
            Gift(case_id=case_id, caller=caller, since=since, until=float("inf"))
            for caller, (case_id, since) in in_hand.items()
        )
    return pulls


async def pull_next(jobs: Database, served: Served, callers: list[Stock]) -> list[Row]:
    """Measure a working afternoon and the end of an evening."""
    headers = [await cookie_of(jobs, served, caller) for caller in callers]
    await pull_all(served, headers, 2)
    pulls = await pull_all(served, headers, PULLS)
    tenant_id = callers[0].tenant_id
    async with jobs.pool.acquire() as raw:
        taken = await raw.fetchval(TAKEN, tenant_id)
        await raw.execute("UPDATE cases SET last_attempt_at = now() WHERE tenant_id = $1", tenant_id)
        await vacuum(raw)
    await pull_all(served, headers, 1)
    late = await pull_all(served, headers, 4)
    if taken != CALLERS or late.gifts:
        raise RuntimeError(f"{taken} of {CALLERS} have a case, {len(late.gifts)} were given one that was just called")
    asked = f"next case of {CASES:,}, {CALLERS} callers at once"
    return [
        at_most(f"{asked}, p95 at the server", p95(pulls.server_ms), NEXT_LIMIT_MS, "ms"),
        told("  ms at the server, median (largest)", f"{median(pulls.server_ms):.0f} ({max(pulls.server_ms):.0f})"),
        told("  ms at the caller, median, p95", f"{median(pulls.caller_ms):.0f}, {p95(pulls.caller_ms):.0f}"),
        at_most("the same when everybody was just called, p95", p95(late.server_ms), NEXT_LIMIT_MS, "ms"),
        at_most(f"one case in two hands, of {len(pulls.server_ms):,} pulls", doubles(pulls.gifts), 0, "times"),
    ]


async def press(page: Page, keys: list[str], *, closes: bool) -> list[float]:
    """Press the keys in turn; returns for each the ms to the next frame, SEEN_FROM_MS where it took less than that."""
    found = []
    for number in range(PRESSES):
        await page.evaluate("window.pressed.length = 0")
        await page.keyboard.press(keys[number % len(keys)])
        await page.evaluate(SETTLED)
        durations: list[float] = await page.evaluate("window.pressed")
        found.append(max([*durations, SEEN_FROM_MS]))
        if closes:
            await page.keyboard.press("Escape")
            await page.locator("dialog[open]").wait_for(state="detached")
    return found


async def press_keys(jobs: Database, served: Served, caller: Stock) -> list[Row]:
    """Time each key with a full queue and a case open."""
    rows = []
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        async with office(browser, served.origin, await link_of(jobs, caller)) as page:
            await page.locator("section.queue ol button").nth(40).wait_for()
            await page.keyboard.press("j")
            await page.locator("main h2.title").wait_for()
            await page.evaluate(WATCH)
            for name, keys in KEYS.items():
                took = await press(page, keys, closes=name in DIALOGS)
                rows.append(
                    at_most(f"key {name}: to the next frame, the slowest of {PRESSES}", max(took), KEY_LIMIT_MS, "ms")
                )
            rows.append(
                told("  ms from J until the file of the case stands, median", f"{median(await stand(page)):.0f}")
            )
        await browser.close()
    return rows


async def stand(page: Page) -> list[float]:
    """Return the ms from J until the next case's name stands in the middle."""
    took = []
    for _ in range(PRESSES):
        before = await page.locator("main h2.title").inner_text()
        begun = time.perf_counter()
        await page.keyboard.press("j")
        await page.wait_for_function(
            "before => ![null, before].includes(document.querySelector('main h2.title')?.innerText ?? null)", arg=before
        )
        took.append((time.perf_counter() - begun) * 1000)
    return took


async def measure(admin_url: str, login_url: str, data: Path) -> list[Row]:
    """Run everything on a fresh database; returns the rows of the table."""
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    jobs = await open_database(url, role=Role.JOB, pool_size=2, statement_timeout_s=300)
    try:
        async with jobs.pool.acquire() as raw:
            callers = await seat_callers(raw, await make_stock(raw, CASES, role="lead"))
        with started("tests.bench.timed_app:app", url, data) as served:
            return [*await press_keys(jobs, served, callers[0]), *await pull_next(jobs, served, callers)]
    finally:
        await jobs.close()
        await databases.remove(admin_url, name)


def main() -> list[Row]:
    """Measure on a cluster of our own or the one named by ROUNDS_TEST_ADMIN_URL."""
    with TemporaryDirectory() as data, databases.cluster_urls() as (admin_url, login_url):
        return asyncio.run(measure(admin_url, login_url, Path(data)))


if __name__ == "__main__":
    from tests.bench.measure import table

    print(table(main()))
