"""Does the operator's command write a world and say what it wrote?"""

from pathlib import Path

from click.testing import CliRunner

from backend.app.cli.world import world


def test_a_small_world_is_written_and_counted(tmp_path: Path) -> None:
    """AD-10: one command makes the seeded portfolio."""
    folder = tmp_path / "made"
    arguments = ["--size", "small", "--seed", "7", "--today", "2026-11-24", "--lang", "en", "--out", str(folder)]
    result = CliRunner().invoke(world, arguments)
    assert result.exit_code == 0, result.output
    assert "accounts                      375" in result.output
    assert (folder / "accounts.parquet").stat().st_size > 0
    assert (folder / "truth" / "truth_obligors.parquet").stat().st_size > 0
    assert (folder / "loanbook.en.csv").read_text("utf-8").count("\n") == 376


def test_an_unknown_size_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(world, ["--size", "huge", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "huge" in result.output
