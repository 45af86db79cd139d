"""Does what a real browser signs at the shutter hold on the server, without network too, and when a visit is redone?"""

import json
from pathlib import Path

import pytest

from backend.kernel.db import Database
from tests.pwa.conftest import Entrance, OpenPhone, sign_in
from tests.pwa.day import follow, open_visit, picture, save, take, visit_nobody_home
from tests.pwa.network import Network
from tests.world import PLACES, World

pytestmark = pytest.mark.browser

SIGNED = """
SELECT evidence.scope, evidence.consent_by, text, array(SELECT code FROM evidence_signals
    WHERE evidence_signals.evidence_id = evidence.id ORDER BY code) AS signals
FROM evidence JOIN evidence_manifests ON evidence_manifests.evidence_id = evidence.id
WHERE evidence.tenant_id = $1 ORDER BY number
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
        network.restore()
        await follow(page, "/sync")
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
