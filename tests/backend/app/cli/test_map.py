"""Does the operator's command make a map, say what to show, and refuse in one line?"""

from pathlib import Path

from click.testing import CliRunner

from backend.app.cli.map import map_group
from backend.app.cli.world import world
from tests.infra.map.towns import shared, tiny


def test_a_map_is_built_and_the_attribution_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(map_group, ["build", "--pbf", str(tiny(tmp_path)), "--out", str(tmp_path / "map")])
    assert result.exit_code == 0, result.output
    assert "© OpenStreetMap contributors" in result.output
    assert (tmp_path / "map" / "map.geojson").is_file()


def test_an_absent_file_and_a_crooked_box_are_refused_in_one_line(tmp_path: Path) -> None:
    absent = CliRunner().invoke(map_group, ["build", "--pbf", "absent.pbf", "--out", str(tmp_path)])
    assert (absent.exit_code, absent.output.count("\n")) == (1, 1)
    for box in ("1,2,3", "a,b,c,d", "3,0,1,1"):
        crooked = CliRunner().invoke(map_group, ["build", "--pbf", "x.pbf", "--out", str(tmp_path), "--box", box])
        assert crooked.exit_code == 2


def test_a_world_in_a_real_town_needs_its_zone(tmp_path: Path) -> None:
    town, made = tmp_path / "map", tmp_path / "world"
    pbf = shared("Helsinki.osm.pbf")
    assert CliRunner().invoke(map_group, ["build", "--pbf", str(pbf), "--out", str(town)]).exit_code == 0
    arguments = ["--lang", "en", "--out", str(made), "--map", str(town)]
    nowhere = CliRunner().invoke(world, [*arguments, "Helsinki"])
    assert (nowhere.exit_code, "no time zone" in nowhere.output) == (2, True)
    result = CliRunner().invoke(world, [*arguments, "Europe/Helsinki"])
    assert result.exit_code == 0, result.output
    assert "Helsinki" in (made / "addresses.csv").read_text("utf-8")


def test_a_folder_that_is_no_map_is_refused_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(world, ["--out", str(tmp_path / "made"), "--map", str(tmp_path), "Europe/Helsinki"])
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
