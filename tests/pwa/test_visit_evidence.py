"""Do originals, spoken notes and signatures of a real browser reach the server, and does it believe them?"""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page

from backend.evidence.storage import open_storage
from backend.kernel.db import Database
from tests.backend.evidence.test_examining import examine_all
from tests.pwa.conftest import Entrance, OpenPhone, sign_in
from tests.pwa.day import follow, open_visit, picture, save, visit_nobody_home
from tests.pwa.network import Network
from tests.pwa.test_screens import findings
from tests.world import World

pytestmark = pytest.mark.browser

EVIDENCE = """
SELECT kind, state, original_state, media_type, duration_ms, consent_by, statement, size_bytes, original_size_bytes,
    (SELECT text FROM evidence_manifests WHERE evidence_id = evidence.id) AS manifest,
    array(SELECT code FROM evidence_signals WHERE evidence_id = evidence.id ORDER BY code) AS signals
FROM evidence WHERE tenant_id = $1 ORDER BY id
"""


async def say_promise(page: Page) -> None:
    """Fill an open visit up to its details: at the door, everything promised for tomorrow."""
    await page.get_by_role("button", name="I am here").click()
    await page.get_by_role("radio", name="The client", exact=True).click()
    await page.get_by_role("radio", name="Promised to pay", exact=True).click()


async def sign(page: Page) -> None:
    """Draw a name on the pad."""
    pad = await page.get_by_label("Sign here").bounding_box()
    assert pad is not None
    await page.mouse.move(pad["x"] + pad["width"] * 0.1, pad["y"] + pad["height"] * 0.5)
    await page.mouse.down()
    for step in range(20):
        share = 0.1 + 0.04 * step
        await page.mouse.move(pad["x"] + pad["width"] * share, pad["y"] + pad["height"] * (0.3 if step % 2 else 0.7))
    await page.mouse.up()


async def sign_promise(page: Page) -> None:
    """Let the client read and sign."""
    await page.get_by_role("button", name="Let the client sign").click()
    await sign(page)
    await page.get_by_role("button", name="Done").click()
    await page.get_by_alt_text("The signature").wait_for()


async def all_sent(page: Page) -> None:
    """Wait until everything but originals is on the server."""
    await follow(page, "/sync")
    await page.get_by_text("You may put the phone away").wait_for()


async def test_an_original_waits_for_a_network_that_costs_nothing_and_goes_when_it_is_wanted(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """EV-1: the smaller copy is there at once, "original awaited" until the original is."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        shot = picture(tmp_path, 1)
        await visit_nobody_home(page, world, world.cases[0], photo=shot)
        await all_sent(page)
        row = await job_database.pool.fetchrow(EVIDENCE, world.tenant_id)
        assert (row["state"], row["original_state"]) == ("stored", "awaited")
        await page.get_by_text("1 original photo follows").wait_for()
        assert await findings(page) == []
        await page.screenshot(path=tmp_path / "originals.png")
        await page.get_by_role("button", name="Send originals now").click()
        await page.get_by_text("1 original photo follows").wait_for(state="hidden")
        await page.get_by_text("You may put the phone away").wait_for()
    row = await job_database.pool.fetchrow(EVIDENCE, world.tenant_id)
    assert (row["original_state"], row["original_size_bytes"]) == ("stored", shot.stat().st_size)


async def test_a_client_signs_what_the_promise_says_and_no_other_promise(
    network: Network, entrance: Entrance, world: World, data: Path, job_database: Database, open_phone: OpenPhone,
    tmp_path: Path,
) -> None:  # fmt: skip
    """EV-5: the words above the line are what is signed; another amount takes the signature away."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        await open_visit(page, world, world.cases[0])
        await say_promise(page)
        assert await page.get_by_role("button", name="Let the client sign").is_disabled()
        await page.get_by_role("button", name=re.compile("^Half")).click()
        await page.get_by_role("button", name="Tomorrow").click()
        network.cut()
        await sign_promise(page)
        await page.get_by_role("button", name=re.compile("^All ¥")).click()
        await page.get_by_alt_text("The signature").wait_for(state="hidden")
        await page.get_by_role("button", name="Let the client sign").click()
        assert await page.get_by_role("button", name="Done").is_disabled()
        await page.get_by_text("本人").wait_for()
        assert await findings(page) == []
        await page.screenshot(path=tmp_path / "signing.png")
        await page.get_by_role("button", name="Close").click()
        await sign_promise(page)
        await page.screenshot(path=tmp_path / "signed.png", full_page=True)
        await save(page)
        network.restore()
        await all_sent(page)
    await examine_all(job_database, open_storage("", data), world)
    rows = await job_database.pool.fetch(EVIDENCE, world.tenant_id)
    assert [(row["kind"], row["state"], list(row["signals"])) for row in rows] == [("signature", "stored", [])]
    statement, manifest = json.loads(rows[0]["statement"]), json.loads(rows[0]["manifest"])
    promise = await job_database.pool.fetchrow("SELECT * FROM promises WHERE tenant_id = $1", world.tenant_id)
    assert (statement["promise_id"], statement["amount_minor"]) == (str(promise["id"]), promise["amount_minor"])
    assert (statement["language"], manifest["kind"], manifest["source"]) == ("zh", "signature", "pad")


async def test_a_note_is_spoken_after_somebody_agreed_heard_again_and_kept(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """EV-6: nothing is recorded before who is heard has agreed; a note that was dropped never leaves the phone."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        await open_visit(page, world, world.cases[0])
        await page.get_by_role("button", name="I am here").click()
        await page.get_by_role("radio", name="Nobody", exact=True).click()
        await page.get_by_role("radio", name="Nobody home", exact=True).click()
        for number in (1, 2):
            await page.get_by_role("button", name="Record a note").click()
            assert await page.get_by_role("button", name="Start", exact=True).is_disabled()
            await page.get_by_role("button", name="Only me" if number == 1 else "The client").click()
            await page.screenshot(path=tmp_path / "asking.png", full_page=True)
            await page.get_by_role("button", name="Start", exact=True).click()
            await page.wait_for_function("() => document.querySelector('meter')?.value > 0.2")
            await page.get_by_text("0:02 / 3:00").wait_for()
            assert await findings(page) == []
            await page.screenshot(path=tmp_path / "recording.png", full_page=True)
            await page.get_by_role("button", name="Stop and keep").click()
            player = page.get_by_label(f"Note {number}", exact=True)
            await player.wait_for()
            handle = await player.element_handle()
            await page.wait_for_function("player => player.readyState >= 1", arg=handle)
        await page.get_by_role("button", name="Remove note 1").click()
        await page.get_by_label("Note 2", exact=True).wait_for(state="hidden")
        await page.screenshot(path=tmp_path / "notes.png", full_page=True)
        assert await findings(page) == []
        await save(page)
        await all_sent(page)
    rows = await job_database.pool.fetch(EVIDENCE, world.tenant_id)
    assert [(row["kind"], row["state"], row["consent_by"]) for row in rows] == [("audio", "stored", "client")]
    assert rows[0]["media_type"] == "audio/webm"
    assert 1500 < rows[0]["duration_ms"] < 60_000
    # The note that was thrown away was signed as the first of this phone.
    manifest = json.loads(rows[0]["manifest"])
    assert (manifest["number"], manifest["duration_ms"]) == (2, rows[0]["duration_ms"])
    assert list(rows[0]["signals"]) == []


async def test_how_a_visit_was_filled_in_is_told_step_by_step(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """EV-7: a draft that was left in between says so."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await open_visit(page, world, world.cases[0])
        await page.get_by_role("button", name="I am here").click()
        await page.get_by_role("radio", name="Nobody", exact=True).click()
        await page.get_by_text("Draft saved").wait_for()
        await follow(page, "/")
        await page.get_by_role("heading").first.wait_for()
        await follow(page, f"/cases/{world.cases[0]}/visit")
        await page.get_by_role("radio", name="Nobody home", exact=True).click()
        await page.get_by_label("Note").fill("the gate was open")
        await save(page)
        await all_sent(page)
    form = json.loads(await job_database.pool.fetchval("SELECT form FROM visits WHERE tenant_id = $1", world.tenant_id))
    assert [step["step"] for step in form["steps"]] == ["here", "whom", "result", "details"]
    assert form["resumed"] == 1
    assert form["steps"][3]["changes"] == 1
    times = [*(step["entered_ms"] for step in form["steps"]), form["saved_ms"]]
    assert times == sorted(times)
