"""How does a history go in a real Chromium? The built app, its service worker and its store, and everything that fails.

One phone after the other, over one line and one server, which serves a copy of `pwa/dist` that newer versions replace.
"""

import asyncio
import random
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
from playwright.async_api import BrowserContext, Page, Playwright, async_playwright
from playwright.async_api import TimeoutError as StuckError

from backend.identity.commands.sign_in import make_sign_in_link
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, Role, open_database, transaction
from tests.faults.check import Finding, Told, find
from tests.faults.line import FAIR, GONE, ROUGH, Line, standing
from tests.faults.lives import Server
from tests.faults.run import Ground, Outcome, database
from tests.pwa.conftest import CHROMIUM, FLAGS, PERMISSIONS, TYPED_PIN, let_start_cold, sign_in, unlock
from tests.pwa.day import follow, log_call, open_visit, picture, visit_nobody_home
from tests.pwa.site import PWA, next_version
from tests.world import World, make_world

FAULTS_A_HISTORY = 4
PATIENCE_MS = 120_000
SERVED_TIMEOUT_S = 300
REST_TRIES = 45
SAVED = re.compile("^Saved on this phone$|^On the server$")
# What lies in the phone's store, as far as it lies open: the states, the receipts, the hashes.
BELIEVED = """async () => {
    const asked = request => new Promise((done, failed) => {
        request.onsuccess = () => done(request.result); request.onerror = () => failed(request.error); });
    const name = (await indexedDB.databases()).map(one => one.name).find(one => one !== 'rounds-device');
    const own = await asked(indexedDB.open('rounds-device'));
    const last = await asked(own.transaction('person').objectStore('person').get('last'));
    own.close();
    const db = await asked(indexedDB.open(name));
    const all = store => asked(db.transaction(store).objectStore(store).getAll());
    const [rows, receipts, photos] = await Promise.all(['outbox', 'receipts', 'photos'].map(all));
    db.close();
    const by = new Map(receipts.map(one => [one.id, one]));
    const isSigned = row => {
        const one = by.get(row.receipt_id);
        return one !== undefined && one.is_genuine !== false && one.receipt.signed.includes(row.id);
    };
    return {
        user_id: last.user_id, device_id: last.device_id, is_settled: true, is_revoked: false, went_through: {},
        recorded: rows.map(row => ({ id: row.id, kind: row.kind, record_id: null, state: row.state, is_signed: isSigned(row) })),
        photos: photos.filter(one => one.part === undefined).map(({ id, sha256, mutation_id, state }) => ({ id, sha256, mutation_id, state })),
    };
}"""  # noqa: E501 - one line of another language
TAKEN = """
SELECT (SELECT count(*) FROM visits WHERE device_id = $1) AS visits, (SELECT count(*) FROM calls WHERE device_id = $1) AS calls
"""  # noqa: E501


class Scene(msgspec.Struct):
    """One phone in its history. What its person was told is saved stands in `promised`, by kind."""

    stage: "Stage"
    world: World
    context: BrowserContext
    page: Page
    profile: Path
    draw: random.Random
    promised: Counter[str]


class Stage(msgspec.Struct, frozen=True):
    """What all phones of a run share."""

    driver: Playwright
    jobs: Database
    people: Database
    server: Server
    line: Line
    site: Path
    folder: Path
    counts: Counter[str]


async def play_in_chromium(under: Ground, seed: int, histories: int) -> Outcome:
    """Run so many histories, one after the other."""
    site = under.data / "site-under-test"
    shutil.copytree(PWA / "dist", site / "dist")
    for policy in ("csp.txt", "permissions-policy.txt"):
        shutil.copy(PWA / policy, site)
    async with database(under.url) as jobs, _people(under.url) as people, standing(seed) as line, async_playwright() as driver:  # noqa: E501 # fmt: skip
        server = Server("sound", under.url, under.data, line.port, {"ROUNDS_FAULTS_SITE": str(site)})
        line.target_port = server.port
        stage = Stage(
            driver=driver, jobs=jobs, people=people, server=server, line=line, site=site / "dist",
            folder=under.data / "phones", counts=Counter(),
        )  # fmt: skip
        await server.start()
        try:
            await _served(stage, "Rounds")
            findings = [one for n in range(histories) for one in await _history(stage, seed * 1000 + n)]
        finally:
            await server.kill()
    shutil.rmtree(site)
    return Outcome(
        phones=histories, lives=server.lives, findings=findings, went_through=Counter(line.counts) + stage.counts
    )


async def _served(stage: Stage, title: str) -> None:
    """Wait until the server gives the page of this version: it compresses a build before it gives any of it."""
    async with asyncio.timeout(SERVED_TIMEOUT_S), httpx.AsyncClient(timeout=SERVED_TIMEOUT_S) as client:
        address = f"http://127.0.0.1:{stage.server.port}/"
        while f"<title>{title}</title>" not in (await client.get(address)).text:  # noqa: ASYNC110 - another process answers
            await asyncio.sleep(0.5)


@asynccontextmanager
async def _people(url: str) -> AsyncIterator[Database]:
    opened = await open_database(url, role=Role.API, pool_size=2)
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def _scene(stage: Stage, seed: int) -> AsyncIterator[Scene]:
    profile = stage.folder / str(seed)
    profile.mkdir(parents=True)
    world = await make_world(stage.jobs)
    await let_start_cold(stage.jobs, world.tenant_id)
    context = await _open(stage, profile)
    draw = random.Random(seed)  # noqa: S311 - weather, not a secret
    scene = Scene(
        stage=stage, world=world, context=context, page=context.pages[0], profile=profile, draw=draw, promised=Counter()
    )
    try:
        yield scene
    finally:
        await scene.context.close()
        shutil.rmtree(profile)


async def _open(stage: Stage, profile: Path) -> BrowserContext:
    context = await stage.driver.chromium.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=FLAGS, viewport={"width": 360, "height": 780}, locale="en-GB",
        geolocation={"latitude": 30.25, "longitude": 120.15, "accuracy": 12}, permissions=PERMISSIONS,
        timezone_id="Asia/Shanghai",
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    return context


async def _history(stage: Stage, seed: int) -> list[Finding]:
    """Let one phone work through some faults and come to rest; returns every difference, a phone that got stuck too."""
    stage.line.weather = FAIR
    async with _scene(stage, seed) as scene:
        faults = scene.draw.sample(FAULTS, FAULTS_A_HISTORY)
        names = ", ".join(_name(fault) for fault in faults)
        try:
            await sign_in(scene.page, _origin(stage), await _entrance(scene))
            for fault in faults:
                stage.counts[f"in_chromium_{_name(fault)}"] += 1
                stage.line.weather = ROUGH
                await fault(scene)
            await _rest(scene)
            return await _differences(scene)
        except StuckError as error:
            shot = stage.folder.parent / f"stuck-{seed}.png"
            await scene.page.screenshot(path=shot)
            what = f"history {seed} ({names}) stands still at {scene.page.url}: {error.message[:300]}"
            return [Finding(kind="unsettled", device_id=UUID(int=0), what=what)]


def _origin(stage: Stage) -> str:
    return f"http://localhost:{stage.line.port}"


async def _entrance(scene: Scene) -> str:
    act = Act(tenant_id=scene.world.tenant_id, actor_id=None, device_id=None, at=clock.now())
    async with transaction(scene.stage.people, scene.world.scope(scene.world.ada)) as tx:
        return (await make_sign_in_link(tx, act, scene.world.mei)).token


async def _deed(scene: Scene, *, with_photo: bool | None = None) -> None:
    """Record a visit or log a call, tap by tap; the person is told that it is saved."""
    # Away from what was said of the last one: the form of the same case would still say that it is saved.
    await follow(scene.page, "/")
    case = scene.draw.choice(scene.world.cases[:3])
    if with_photo is None and scene.promised["calls"] == 0:
        await log_call(scene.page, case)
        scene.promised["calls"] += 1
        return
    has_photo = scene.draw.random() < 0.5 if with_photo is None else with_photo
    photo = picture(scene.profile, scene.draw.randrange(1000)) if has_photo else None
    await visit_nobody_home(scene.page, scene.world, case, photo=photo)
    scene.promised["visits"] += 1
    scene.stage.counts["saved_in_chromium"] += 1


async def _send(scene: Scene, page: Page | None = None) -> None:
    """Ask for a round, if there is something to send, without waiting for its end."""
    page = page or scene.page
    await follow(page, "/sync")
    await page.get_by_role("heading", level=1).first.wait_for()
    send = page.get_by_role("button", name="Send now")
    if await send.count() and await send.is_enabled():
        # It may go in the same moment, because all is sent.
        with suppress(StuckError):
            await send.click(timeout=2_000)


async def no_network(scene: Scene) -> None:
    """Take the network away, work on, bring it back."""
    scene.stage.line.weather = GONE
    scene.stage.line.cut_all()
    await _deed(scene)
    await _deed(scene)
    scene.stage.line.weather = ROUGH
    await _send(scene)


async def worker_killed(scene: Scene) -> None:
    """Kill the service worker in the middle of whatever it does, again and again."""
    session = await scene.context.new_cdp_session(scene.page)
    await session.send("ServiceWorker.enable")
    await _deed(scene, with_photo=True)
    await _send(scene)
    for _ in range(3):
        await session.send("ServiceWorker.stopAllWorkers")
        await asyncio.sleep(scene.draw.random())
    await session.detach()


async def app_killed(scene: Scene) -> None:
    """Close the browser while it sends, and open it again."""
    await _deed(scene, with_photo=True)
    await _send(scene)
    await asyncio.sleep(scene.draw.random())
    await scene.context.close()
    scene.context = await _open(scene.stage, scene.profile)
    scene.page = scene.context.pages[0]
    await scene.page.goto(_origin(scene.stage))
    await _unlock_if_asked(scene.page)


async def two_tabs(scene: Scene) -> None:
    """Let two tabs of the same app send at once, while one of them records more."""
    scene.stage.line.weather = GONE
    await _deed(scene)
    other = await scene.context.new_page()
    await other.goto(_origin(scene.stage))
    await _unlock_if_asked(other)
    scene.stage.line.weather = ROUGH
    await asyncio.gather(_send(scene), _send(scene, other))
    await _deed(scene)
    await other.close()


async def server_killed(scene: Scene) -> None:
    """Kill the server with -9 while the phone sends, work on, bring it back."""
    await _deed(scene, with_photo=True)
    await _send(scene)
    await asyncio.sleep(scene.draw.random() / 2)
    await scene.stage.server.kill()
    await _deed(scene)
    await scene.stage.server.start()


async def session_ended(scene: Scene) -> None:
    """End the session on the server; the person signs in again by a link and opens the phone with the same PIN."""
    async with scene.stage.jobs.pool.acquire() as raw:
        await raw.execute("DELETE FROM sessions WHERE tenant_id = $1", scene.world.tenant_id)
    await _deed(scene)
    scene.stage.line.weather = FAIR
    await sign_in(scene.page, _origin(scene.stage), await _entrance(scene))


async def storage_full(scene: Scene) -> None:
    """Give no more room; what the phone then refuses to save nobody was promised."""
    session = await scene.context.new_cdp_session(scene.page)
    origin = _origin(scene.stage)
    usage = await scene.page.evaluate("async () => (await navigator.storage.estimate()).usage")
    await session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": usage + 4096})
    case = scene.draw.choice(scene.world.cases[:3])
    await follow(scene.page, "/")
    await open_visit(scene.page, scene.world, case)
    await scene.page.get_by_role("button", name="I am here").click()
    await scene.page.get_by_role("radio", name="Nobody", exact=True).click()
    await scene.page.get_by_role("radio", name="Nobody home", exact=True).click()
    await scene.page.get_by_role("button", name="Save", exact=True).click()
    try:
        await scene.page.get_by_role("heading", name=SAVED).wait_for(timeout=5_000)
        scene.promised["visits"] += 1
    except StuckError:
        scene.stage.counts["refused_by_a_full_phone"] += 1
    await session.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    await session.detach()


async def app_updated(scene: Scene) -> None:
    """Bring a newer version of the app while the outbox is full, and let it take over."""
    stage = scene.stage
    # Not by a route of the driver: it turns the cache off, and then Chromium changes workers unasked at a load.
    session = await scene.context.new_cdp_session(scene.page)
    await session.send("Network.enable")
    await session.send("Network.setBlockedURLs", {"urls": ["*/v1/sync/push"]})
    await _deed(scene, with_photo=True)
    await _deed(scene)
    stage.line.weather = FAIR
    stage.counts["versions"] += 1
    next_version(stage.site, stage.site, stage.counts["versions"])
    title = f"Rounds, newer {stage.counts['versions']}"
    await _served(stage, title)
    await scene.page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update(); }")
    await scene.page.get_by_role("button", name="Use it now").click()
    await scene.page.wait_for_function("title => document.title === title", arg=title)
    await _unlock_if_asked(scene.page)
    await session.send("Network.setBlockedURLs", {"urls": []})
    await session.detach()


Fault = Callable[[Scene], Awaitable[None]]
FAULTS: list[Fault] = [
    no_network, worker_killed, app_killed, two_tabs, server_killed, session_ended, storage_full, app_updated,
]  # fmt: skip


def _name(fault: Fault) -> str:
    return str(getattr(fault, "__name__", ""))


async def _unlock_if_asked(page: Page) -> None:
    await page.get_by_label(TYPED_PIN).wait_for()
    await unlock(page)
    await page.get_by_label(TYPED_PIN).wait_for(state="hidden")


async def _rest(scene: Scene) -> None:
    """Let the weather be fair until every item is answered and every photo sent; raises StuckError."""
    scene.stage.line.weather = FAIR
    for _ in range(REST_TRIES):
        await _send(scene)
        await asyncio.sleep(2)
        told = msgspec.convert(await scene.page.evaluate(BELIEVED), Told)
        waits = sum(one.state in {"saved", "sending"} for one in told.recorded)
        if waits + sum(one.state == "waiting" for one in told.photos) == 0:
            return
    raise StuckError(f"{waits} items are unsent")


async def _differences(scene: Scene) -> list[Finding]:
    told = msgspec.convert(await scene.page.evaluate(BELIEVED), Told)
    async with scene.stage.jobs.pool.acquire() as raw:
        found = await find(raw, [told])
        taken = await raw.fetchrow(TAKEN, told.device_id)
    for noun, kind in (("visits", "visit.record"), ("calls", "call.record")):
        written = sum(1 for one in told.recorded if one.kind == kind)
        what = f"{noun}: {scene.promised[noun]} promised, {written} written down, {taken[noun]} on the server"
        accepted = sum(1 for one in told.recorded if one.kind == kind and one.state == "accepted")
        if written < scene.promised[noun] or taken[noun] < accepted:
            found.append(Finding(kind="lost", device_id=told.device_id, what=what))
        if taken[noun] > accepted or written > scene.promised[noun]:
            found.append(Finding(kind="doubled", device_id=told.device_id, what=what))
    return found
