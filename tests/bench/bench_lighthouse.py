"""Is the app quick and usable in the eyes of Lighthouse: a slow phone, a slow line, nothing kept from before?

The real server with the demo's book, Debian's Chromium, Lighthouse's own mobile settings (simulated slow 4G, a CPU four
times slower). The first screen is measured as a stranger, the day as a signed-in collector: the session stays, caches
and the service worker are thrown away before each load. The app is served as always, its policies in force.
"""

import asyncio
import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
import msgspec
from playwright.async_api import BrowserContext, async_playwright

from backend.app.demo.ensure import Entrance, ensure_demo
from tests import databases
from tests.bench.measure import Row, at_least, told
from tests.pwa.conftest import FLAGS, make_pin
from tests.server import free_port, started

HERE = Path(__file__).resolve().parent / "lighthouse"
NODE = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "node"
LIGHTHOUSE = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
CHROMIUM, RUNS, TIMEOUT_S = "/usr/bin/chromium", 3, 180
METRICS = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")


class Category(msgspec.Struct):
    """A score from 0 to 1."""

    score: float | None


class Audit(msgspec.Struct, rename="camel"):
    """One thing looked at; the score is null where there is nothing to judge."""

    score: float | None
    display_value: str = ""


class Environment(msgspec.Struct, rename="camel"):
    """How quick Lighthouse found the machine: it times real work, so below 1,500 or so the app is not what it timed."""

    benchmark_index: float


class Report(msgspec.Struct, rename="camel"):
    """What Lighthouse writes, as far as it is read here."""

    environment: Environment
    final_displayed_url: str
    categories: dict[str, Category]
    audits: dict[str, Audit]

    def score(self, category: str) -> float:
        """Return the score of a category; raises RuntimeError when Lighthouse could not tell."""
        score = self.categories[category].score
        if score is None:
            raise RuntimeError(f"Lighthouse gave no score for {category} of {self.final_displayed_url}")
        return score


async def look(url: str, port: int) -> Report:
    """Run Lighthouse once in the browser that listens on a port; raises RuntimeError with its last words."""
    arguments = [
        str(LIGHTHOUSE), url, f"--port={port}", "--output=json", "--only-categories=performance,accessibility",
        "--no-enable-error-reporting", "--quiet",
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        str(NODE), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ}
    )
    try:
        out, words = await asyncio.wait_for(process.communicate(), TIMEOUT_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"Lighthouse ended with {process.returncode}: {words.decode()[-1000:]}")
    return msgspec.json.decode(out, type=Report)


async def looks(name: str, url: str, port: int) -> list[Row]:
    """Look some times; returns the rows of one page, with what its accessibility lacks."""
    reports = [await look(url, port) for _ in range(RUNS)]
    for report in reports:
        if report.final_displayed_url != url:
            raise RuntimeError(f"{url} led to {report.final_displayed_url}")
    middle = sorted(reports, key=lambda report: report.score("performance"))[RUNS // 2]
    values = ", ".join(f"{metric} {middle.audits[metric].display_value}" for metric in METRICS)
    speed = median(one.environment.benchmark_index for one in reports)
    return [
        at_least(f"Lighthouse, {name}: performance", median(one.score("performance") for one in reports), 0.95, ""),
        at_least(f"Lighthouse, {name}: accessibility", min(one.score("accessibility") for one in reports), 1.0, ""),
        told("  the run in the middle", values.replace("\u00a0", " ")),
        told("  index of the machine's own speed (a quiet one has 1,500 or more)", f"{speed:.0f}"),
    ]


async def measure(admin_url: str, login_url: str, data: Path) -> list[Row]:
    """Serve the demo, sign a collector in, look at both pages."""
    if not LIGHTHOUSE.is_file():
        raise RuntimeError("Lighthouse is missing: run `make bench`")
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    try:
        entrances = await ensure_demo(url, data / "server")
        with started("backend.app.asgi:app", url, data / "server") as served:
            # The copy of the build is compressed at the first request of a server's life; that is not a phone's matter.
            async with httpx.AsyncClient(base_url=served.origin, timeout=120) as client:
                (await client.get("/")).raise_for_status()
            async with async_playwright() as driver:
                port = free_port()
                context = await driver.chromium.launch_persistent_context(
                    str(data / "profile"), executable_path=CHROMIUM, locale="en",
                    args=[*FLAGS, f"--remote-debugging-port={port}"],
                )  # fmt: skip
                rows = await looks("signing in", f"{served.origin}/login", port)
                await sign_in(context, served.origin, entrances)
                rows += await looks("a collector's locked phone", f"{served.origin}/", port)
                await context.close()
    finally:
        await databases.remove(admin_url, name)
    return rows


async def sign_in(context: BrowserContext, origin: str, entrances: list[Entrance]) -> None:
    """Let the demo's collector in, wait until the day stands, and leave the page so that nothing else runs.

    Whoever loads the page anew meets the lock: the key of the day lives in a page's memory only. How long from there to
    the day is a claim of bench_phone.
    """
    token = next(one.token for one in entrances if one.role == "collector")
    page = context.pages[0]
    await page.goto(f"{origin}/enter#{token}")
    await make_pin(page)
    await page.locator('a[href^="/cases/"]').first.wait_for(timeout=60_000)
    await page.goto("about:blank")


def main() -> list[Row]:
    """Measure on a cluster of our own or the one named by ROUNDS_TEST_ADMIN_URL."""
    with TemporaryDirectory() as data, databases.cluster_urls() as (admin_url, login_url):
        return asyncio.run(measure(admin_url, login_url, Path(data)))


if __name__ == "__main__":
    from tests.bench.measure import table

    print(table(main()))
