"""OF-12: is the app small and quick on a slow phone? Bytes of the first route, and 5,000 cases at 4 x slower CPU.

The bundle is read from the build: everything that `/` loads before the first screen stands. The list and the search are
timed inside Chromium, offline, with the CPU throttled by the browser's own means.
"""

import asyncio
import gzip
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page, async_playwright

from backend.kernel.db import Role, open_database
from tests import databases
from tests.bench.bench_push import link_of
from tests.bench.measure import Row, at_most, told
from tests.bench.stock import make_stock
from tests.server import started

DIST = Path(__file__).resolve().parents[2] / "pwa" / "dist"
CHROMIUM, SLOWDOWN, CASES, RUNS = "/usr/bin/chromium", 4, 5000, 5
LIST_READY = """() => document.querySelectorAll('a[href^="/cases/"]').length > 5 ? performance.now() : false"""
COUNT = r"""() => { const found = /([\d,.]+)/.exec(document.querySelector('main [role=status]')?.textContent ?? '');
    return found === null ? 0 : Number(found[1].replace(/[,.]/g, '')) }"""
# Type one letter and wait for the frame in which the number of hits stands changed.
SEARCH = """async (text) => {
    const field = document.querySelector('input[type=search]');
    const status = () => document.querySelector('main [role=status]')?.textContent;
    const before = status(), begun = performance.now();
    field.value = text; field.dispatchEvent(new Event('input', { bubbles: true }));
    while (status() === before && performance.now() - begun < 5000) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
}"""


def first_route_kb() -> float:
    """Return the gzipped kB of JavaScript that the first screen of the field app loads: entry, preloads, imports."""
    wanted = set(re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', (DIST / "index.html").read_text(encoding="utf-8")))
    seen: set[str] = set()
    while wanted - seen:
        name = (wanted - seen).pop()
        seen.add(name)
        code = (DIST / name).read_text(encoding="utf-8")
        static = re.findall(r'(?:from|import)\s*"\./([^"]+\.js)"', code)
        wanted |= {f"assets/{one}" for one in static}
    # The screen itself and one language come by dynamic import before anything is shown.
    screens = [path.name for path in (DIST / "assets").glob("Today-*.js")] + [
        path.name for path in (DIST / "assets").glob("zh-*.js")
    ]
    seen |= {f"assets/{name}" for name in screens}
    return sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in seen) / 1000


async def phone_times(page: Page, origin: str) -> tuple[float, float]:
    """Return the milliseconds until the list of cases stands and the slowest of some searches, offline and slowed."""
    client = await page.context.new_cdp_session(page)
    await client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    await page.context.set_offline(offline=True)
    ready = []
    for _ in range(RUNS):
        await page.goto(f"{origin}/cases")
        handle = await page.wait_for_function(LIST_READY, timeout=60_000)
        ready.append(float(await handle.json_value()))
    words = ("client 4", "client 49", "client 4", "client 123", "client 1")
    searches = [float(await page.evaluate(SEARCH, text)) for text in words]
    await page.context.set_offline(offline=False)
    return sorted(ready)[RUNS // 2], max(searches)


async def measure(admin_url: str, login_url: str, data: Path) -> list[Row]:
    """Fill a phone with 5,000 cases from the real server, then measure it offline."""
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    jobs = await open_database(url, role=Role.JOB, pool_size=2, statement_timeout_s=300)
    try:
        async with jobs.pool.acquire() as raw:
            stock = await make_stock(raw, CASES)
        with started("backend.app.asgi:app", url, data / "server") as served:
            async with async_playwright() as driver:
                context = await driver.chromium.launch_persistent_context(
                    str(data / "profile"), executable_path=CHROMIUM, args=["--no-sandbox"],
                    viewport={"width": 360, "height": 780}, locale="en",
                )  # fmt: skip
                page = context.pages[0]
                await page.goto(f"{served.origin}/enter#{await link_of(jobs, stock)}")
                # Signed in, and the worker keeps the app.
                await page.wait_for_function(
                    "() => location.pathname === '/' && navigator.serviceWorker.controller !== null", timeout=60_000
                )
                await page.goto(f"{served.origin}/cases")
                await page.wait_for_function(f"() => ({COUNT})() >= {CASES}", timeout=120_000, polling=500)
                ready, search = await phone_times(page, served.origin)
                await context.close()
    finally:
        await jobs.close()
        await databases.remove(admin_url, name)
    return [
        at_most("first field route, JavaScript gzipped", first_route_kb(), 90, "kB"),
        at_most(f"{CASES:,} cases on the phone, {SLOWDOWN} x slower CPU, offline: list ready", ready / 1000, 1, "s"),
        at_most("  search while typing, the slowest of five", search, 200, "ms"),
        told("  how", f"median of {RUNS} loads from the service worker, Debian's Chromium"),
    ]


def main() -> list[Row]:
    """Measure on a cluster of our own or the one named by ROUNDS_TEST_ADMIN_URL."""
    with TemporaryDirectory() as data, databases.cluster_urls() as (admin_url, login_url):
        return asyncio.run(measure(admin_url, login_url, Path(data)))


if __name__ == "__main__":
    from tests.bench.measure import table

    print(table(main()))
