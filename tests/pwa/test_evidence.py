"""Does what a real browser signs at the shutter hold on the server, without network too, and when a visit is redone?"""

import json
import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser

from backend.evidence.storage import open_storage
from backend.kernel.db import Database
from tests.backend.evidence.test_examining import examine_all
from tests.pwa.conftest import Entrance, OpenPhone, sign_in
from tests.pwa.day import follow, open_visit, picture, save, take, visit_nobody_home
from tests.pwa.network import Network
from tests.pwa.office import office
from tests.pwa.test_screens import findings
from tests.pwa.waiting import drawn
from tests.world import NAMES, PLACES, World

pytestmark = pytest.mark.browser

SIGNED = """
SELECT evidence.scope, evidence.consent_by, text, array(SELECT code FROM evidence_signals
    WHERE evidence_signals.evidence_id = evidence.id ORDER BY code) AS signals
FROM evidence JOIN evidence_manifests ON evidence_manifests.evidence_id = evidence.id
WHERE evidence.tenant_id = $1 ORDER BY number
"""
LOOKS = """
SELECT payload->>'copy' AS copy FROM events WHERE tenant_id = $1 AND kind = 'evidence.viewed' AND actor_id = $2
"""
# A file that the driver hands over was made before the button was tapped, as one from the gallery is.
FROM_FILE = ["file_source"]


async def test_photos_of_a_day_are_one_chain_that_the_server_believes(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """EV-2, N4: signature, chain, hashes, door and clock of photos taken with and without network."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        await visit_nobody_home(page, world, world.cases[0], photo=picture(tmp_path, 1))
        await follow(page, "/sync")
        await page.get_by_text("You may put the phone away").wait_for()
        network.cut()
        await visit_nobody_home(page, world, world.cases[1], photo=picture(tmp_path, 2))
        await follow(page, "/sync")
        await page.get_by_text("Keep the phone").wait_for()
        network.restore()
        await page.get_by_role("button", name="Send now").click()
        await page.get_by_text("You may put the phone away").wait_for()
    rows = await job_database.pool.fetch(SIGNED, world.tenant_id)
    assert [set(row["signals"]) <= set(FROM_FILE) for row in rows] == [True, True], [row["signals"] for row in rows]
    first, second = (json.loads(row["text"]) for row in rows)
    assert (first["number"], first["after"], second["number"]) == (1, None, 2)
    assert second["after"] is not None, "the phone held a receipt by then"
    assert abs(first["place"]["lat_e7"] - PLACES[0][0] * 1e7) < 2
    assert first["place"]["accuracy_m"] == 12


async def test_a_visit_that_is_taken_back_and_redone_signs_its_photo_anew(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await visit_nobody_home(page, world, world.cases[0], photo=picture(tmp_path, 3))
        await page.get_by_role("button", name="Undo").click()
        await page.get_by_role("button", name="Save", exact=True).wait_for()
        await save(page)
        await follow(page, "/sync")
        await page.get_by_text("You may put the phone away").wait_for()
    rows = await job_database.pool.fetch(SIGNED, world.tenant_id)
    assert [set(row["signals"]) <= set(FROM_FILE) for row in rows] == [True] * len(rows), [
        row["signals"] for row in rows
    ]
    assert [json.loads(row["text"])["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert len({row["text"] for row in rows}) == len(rows) >= 1


async def test_a_photo_inside_asks_who_agreed_before_the_camera_opens(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """CN-VISIT-03: no photo of a home's inside without consent, and whose it was is in the record."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await open_visit(page, world, world.cases[0])
        await page.get_by_role("button", name="I am here").click()
        await page.get_by_role("radio", name="Nobody", exact=True).click()
        await page.get_by_role("radio", name="Nobody home", exact=True).click()
        camera = page.locator("input[type=file]")
        assert await camera.is_enabled()
        await page.get_by_role("button", name="Inside").click()
        await page.get_by_text("First: who agreed?").wait_for()
        assert await camera.is_disabled()
        await page.get_by_role("button", name="Someone of the household").click()
        await take(page, picture(tmp_path, 4))
        await save(page)
        await follow(page, "/sync")
        await page.get_by_text("You may put the phone away").wait_for()
    row = await job_database.pool.fetchrow(SIGNED, world.tenant_id)
    assert (row["scope"], row["consent_by"], json.loads(row["text"])["scope"]) == ("inside", "household", "inside")
    assert set(row["signals"]) <= set(FROM_FILE)


async def test_the_lead_sees_the_stamped_photo_and_what_is_worth_a_look(
    site: str,
    browser: Browser,
    entrance: Entrance,
    world: World,
    job_database: Database,
    open_phone: OpenPhone,
    data: Path,
    tmp_path: Path,
) -> None:
    """EV-3, EV-4: signals are words, never an accusation; the picture is the stamped copy."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        old = picture(tmp_path, 5)
        os.utime(old, (1_700_000_000, 1_700_000_000))
        await visit_nobody_home(page, world, world.cases[0], photo=old)
        await follow(page, "/sync")
        await page.get_by_text("You may put the phone away").wait_for()
    await examine_all(job_database, open_storage("", data), world)
    async with office(browser, site, await entrance(world.lin)) as page:
        await page.goto(f"{site}/desk")
        await page.get_by_role("button", name=NAMES[0]).click()
        thumbnail = page.get_by_role("img", name=re.compile("^Photo, Outside"))
        await thumbnail.wait_for()
        assert await drawn(thumbnail, 320) == 320
        await page.get_by_text("worth a look").wait_for()
        await thumbnail.click()
        large = page.get_by_role("dialog").get_by_role("img")
        assert await drawn(large, 1600) == 1600
        await page.get_by_text("The picture was chosen from files, not taken on the spot.").wait_for()
        await page.get_by_text("There may be a simple reason").wait_for()
        assert await findings(page) == []
        await page.screenshot(path=tmp_path / "lead.png")
        async with page.expect_download() as offered:
            await page.get_by_role("button", name="Original file").click()
        original = (await (await offered.value).path()).read_bytes()
    assert original.startswith(b"\xff\xd8\xff")
    looks = await job_database.pool.fetch(LOOKS, world.tenant_id, world.lin)
    assert {row["copy"] for row in looks} == {"thumbnail", "view", "original"}
