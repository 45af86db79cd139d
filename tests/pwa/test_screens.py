"""Can everybody read and reach every screen, and does the first one stay light?"""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import axe_core_python  # type: ignore[import-untyped] # it publishes no types
import pytest
from playwright.async_api import Browser, Page, expect

from backend.kernel.db import Database
from tests.pwa.conftest import Entrance, OpenPhone, make_pin, sign_in
from tests.pwa.day import follow, publish_plan, visit_nobody_home
from tests.world import World

pytestmark = pytest.mark.browser

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
FIRST_ROUTE_BYTES_MAX = 90_000


async def findings(page: Page) -> list[tuple[str, str, str]]:
    """Return what axe holds for serious or critical: rule, place, path."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE)
    result: dict[str, Any] = await page.evaluate("() => axe.run({ resultTypes: ['violations'] })")
    path = await page.evaluate("() => location.pathname")
    return [
        (violation["id"], node["html"][:160], path)
        for violation in result["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark", "outdoors"])
async def test_no_screen_has_a_serious_finding(
    theme: str, site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """AD-6: axe finds nothing serious on any screen, in any theme."""
    await publish_plan(job_database, world, world.cases[:3])
    found: list[tuple[str, str, str]] = []
    async with open_phone() as page:
        await page.add_init_script(f"localStorage.setItem('rounds.theme', '{theme}')")
        await page.goto(site)
        await page.get_by_role("button", name="Sign in").wait_for()
        found += await findings(page)
        await sign_in(page, site, await entrance(world.mei))
        await page.get_by_text("Next stop 1").wait_for()
        found += await findings(page)
        await page.get_by_role("button", name="This stop").click()
        await page.get_by_role("button", name="Skip with a reason").wait_for()
        found += await findings(page)
        await page.keyboard.press("Escape")
        for path, word in (
            ("/cases", "3 cases"), (f"/cases/{world.cases[0]}", "Good to know"),
            (f"/cases/{world.cases[0]}/call", "Which number?"),
            ("/inbox", "Inbox"), ("/me", "This phone"), ("/me/security", "Add a passkey"),
            ("/nowhere", "There is no such page"),
        ):  # fmt: skip
            await follow(page, path)
            await page.get_by_text(word).first.wait_for()
            found += await findings(page)
        await follow(page, f"/cases/{world.cases[0]}/visit")
        await page.get_by_role("button", name="I am here").click()
        await page.get_by_role("heading", name="Whom did you meet?").wait_for()
        found += await findings(page)
        await page.get_by_role("radio", name="The client", exact=True).click()
        await page.get_by_role("radio", name="Promised to pay", exact=True).wait_for()
        found += await findings(page)
        await page.get_by_role("radio", name="Promised to pay", exact=True).click()
        await page.get_by_role("button", name="Save", exact=True).click()
        await page.locator("[aria-invalid=true]").first.wait_for()
        found += await findings(page)
        await visit_nobody_home(page, world, world.cases[1])
        await follow(page, "/sync")
        await page.get_by_text("You may put the phone away").wait_for()
        found += await findings(page)
        await page.get_by_role("link", name="Visit").first.click()
        await page.get_by_text("Receipt").wait_for()
        found += await findings(page)
    assert found == []


async def test_every_target_is_large_enough_for_a_glove(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """48 px: nothing on the field screens that is tapped is lower or narrower, links inside text excepted."""
    await publish_plan(job_database, world, world.cases[:3])
    small = []
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        for path, word in (
            ("/", "Next stop 1"),
            ("/cases", "3 cases"),
            (f"/cases/{world.cases[0]}", "Good to know"),
            ("/me", "This phone"),
        ):
            await follow(page, path)
            await page.get_by_text(word).first.wait_for()
            small += await page.evaluate(
                "path => [...document.querySelectorAll("
                "'a, button, input:not([type=radio]):not([type=file]), label.choice')]"
                ".filter(one => one.checkVisibility({ contentVisibilityAuto: true }))"
                ".map(one => [path, one.textContent.trim().slice(0, 30),"
                " Math.round(one.getBoundingClientRect().width), Math.round(one.getBoundingClientRect().height),"
                " one.tagName])"
                ".filter(([, , width, height, tag]) => width < 48 || height < (tag === 'INPUT' ? 40 : 48))",
                path,
            )
    assert small == []


async def test_no_screen_is_wider_than_the_phone(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    await publish_plan(job_database, world, world.cases[:3])
    wide = []
    for lang in ("en", "zh-CN"):
        async with open_phone(lang, lang=lang) as page:
            await page.goto(f"{site}/enter#{await entrance(world.mei)}")
            await make_pin(page)
            await page.locator("ol li").first.wait_for()
            for path in (
                "/",
                "/cases",
                f"/cases/{world.cases[0]}",
                f"/cases/{world.cases[0]}/visit",
                "/sync",
                "/inbox",
                "/me",
            ):
                await follow(page, path)
                await page.wait_for_url(f"{site}{path}")
                await expect(page.locator("main")).to_be_visible()
                await expect(page.locator("main [role=status] .block")).to_have_count(0)
                width = await page.evaluate("() => document.documentElement.scrollWidth")
                wide += [(lang, path, width)] if width > 360 else []
    assert wide == []


def test_the_first_route_is_light(dist: Path) -> None:
    """The JavaScript of Today, with what it imports and the larger language, is at most 90 kB as gzip."""
    names = {path.name for path in (dist / "assets").glob("*.js")}
    entry = re.findall(r'src="/assets/([\w.-]+\.js)"', (dist / "index.html").read_text())
    wanted = [*entry, *(name for name in names if name.startswith(("Today-", "zh-")))]
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        text = (dist / "assets" / name).read_text()
        wanted += [found for found in re.findall(r'(?:from|import)\s*"\./([\w.-]+\.js)"', text) if found in names]
        wanted += [found for found in re.findall(r"(?:from|import)\s*[`']\./([\w.-]+\.js)[`']", text) if found in names]
    size = sum(len(gzip.compress((dist / "assets" / name).read_bytes(), 9)) for name in seen)
    assert len(seen) >= 3
    assert size <= FIRST_ROUTE_BYTES_MAX


async def test_the_app_can_be_installed(site: str, browser: Browser) -> None:
    """The manifest of each language is whole and its icons are there."""
    page = await browser.new_page(locale="en-GB")
    await page.goto(site)
    await page.get_by_role("button", name="Sign in").wait_for()
    cdp = await page.context.new_cdp_session(page)
    told = await cdp.send("Page.getAppManifest")
    assert told["errors"] == []
    manifest = json.loads(told["data"])
    assert (manifest["lang"], manifest["display"]) == ("en", "standalone")
    for icon in manifest["icons"]:
        answer = await page.request.get(site + icon["src"])
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    await page.close()


async def test_each_screen_has_a_name_and_takes_the_reader_to_its_head(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    """AD-6: the title says where one is, and the focus moves along when a tap leads to another screen."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        for name, title in (("Cases", "Cases"), ("Inbox", "Inbox"), ("Me", "Me"), ("Today", "Today")):
            await page.get_by_role("navigation").get_by_role("link", name=name).click()
            await page.get_by_role("heading", level=1, name=title).wait_for()
            await expect(page).to_have_title(f"{title} · Rounds")
            await page.wait_for_function(
                "names => names.includes(document.activeElement.textContent.trim())", arg=[title, name]
            )
