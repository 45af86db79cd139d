"""Does set-up know what is missing, and do nothing twice?"""

import subprocess
import sys
from pathlib import Path

import pytest

from infra import packages, setup
from infra.errors import InfraError
from infra.packages import NEEDS, Need, Purpose, command_for_administrator, missing

CHECKOUT = Path(setup.__file__).resolve().parents[1]


def test_on_a_machine_that_is_set_up_nothing_is_missing() -> None:
    assert missing(set(Purpose)) == []


def test_a_container_with_a_database_elsewhere_is_not_asked_for_one() -> None:
    absent = [Need(need.what, need.packages, lambda: False, need.purpose) for need in NEEDS]
    wanted = [p for need in absent if need.purpose == Purpose.RUN for p in need.packages]
    assert wanted == ["python3-venv"]


def test_the_administrators_line_updates_before_it_installs() -> None:
    line = command_for_administrator(["postgresql-15"])
    assert line.index("apt-get update") < line.index("apt-get install")
    assert line.endswith("--no-install-recommends postgresql-15")
    assert "\n" not in line


def test_a_lock_that_was_installed_is_not_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a second `make run` waits for: the lock here cannot be installed, and with its stamp nobody tries."""
    monkeypatch.setattr(setup, "CHECKOUT", tmp_path)
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    (tmp_path / "stamps").mkdir()
    lock = tmp_path / "some.lock"
    lock.write_text("no such requirement\n")
    with pytest.raises(InfraError, match="pip"):
        setup.install_locked([lock.name])
    made_from = setup.hash_of([lock])
    (tmp_path / "stamps" / lock.name).write_text(made_from)
    setup.install_locked([lock.name])
    assert (tmp_path / "stamps" / lock.name).read_text() == made_from


def test_the_hash_of_files_changes_with_a_name_and_with_a_byte() -> None:
    one, other = CHECKOUT / "LICENSE", CHECKOUT / "README.md"
    assert setup.hash_of([one]) == setup.hash_of([one])
    assert len({setup.hash_of(files) for files in ([one], [other], [one, other], [other, one])}) == 4


def test_what_is_built_is_no_reason_to_build() -> None:
    parts = {part for file in setup.sources_of_pwa() for part in file.relative_to(CHECKOUT).parts}
    assert not parts & set(setup.NOT_BUILT_FROM)


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10))
    with pytest.raises(InfraError, match=r"Python 3\.11 or newer is needed"):
        setup.set_up({Purpose.RUN})


def test_every_need_names_packages_by_names_that_debian_has() -> None:
    known = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", *[p for need in packages.NEEDS for p in need.packages]],
        check=False,
        timeout=60,
        capture_output=True,
        encoding="utf-8",
    )
    assert known.returncode == 0, known.stderr
