"""Does a signed-in phone get the map of its town, and only when it has changed?"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest

from backend.routing.town import MADE_UP_MAP, REAL_MAP, town_file
from tests.backend.sync.test_routes import signed_in
from tests.world import World


def test_a_real_town_is_drawn_before_a_made_up_one(tmp_path: Path) -> None:
    assert town_file(tmp_path) is None
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / MADE_UP_MAP).write_text("{}")
    assert town_file(tmp_path) == tmp_path / "map" / MADE_UP_MAP
    (tmp_path / "map" / REAL_MAP).write_text("{}")
    assert town_file(tmp_path) == tmp_path / "map" / REAL_MAP


@pytest.mark.usefixtures("world")
async def test_without_a_map_the_phone_is_told_so(
    server: str, entrance: Callable[[UUID], Awaitable[str]], world: World
) -> None:
    async with signed_in(server, entrance, world.mei) as client:
        answer = await client.get("/v1/map/town.geojson")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
