"""Does `rounds gate` answer every line in order, and say what is wrong with lines, files and packs?"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from backend.app.cli import gate as gate_module
from backend.app.cli.main import cli
from backend.compliance.choosing import shipped_packs

CHECKOUT = Path(__file__).resolve().parents[4]
OURS = CHECKOUT / "tests" / "vectors" / "gate.jsonl"
SHARED = CHECKOUT.parent / "shared" / "spec" / "vectors" / "gate.jsonl"
CALL: dict[str, Any] = {
    "id": "a", "now": "2026-11-23T22:00:00+08:00", "packs": ["CN"], "person": {"zones": ["Asia/Shanghai"]},
    "action": {"channel": "call"}, "history": [],
    "collector": {"kind": "lender", "recording": True, "registered_caller_id": True},
}  # fmt: skip


def line_of(vector: dict[str, Any]) -> dict[str, Any]:
    """Return a worked case as the command reads it: what is said about it stands beside the situation."""
    inner: dict[str, Any] = vector.get("situation", {})
    return inner | {key: value for key, value in vector.items() if key != "situation"}


def asked(command: str, lines: list[object], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Pipe lines into a command; returns the exit code and the answers."""
    text = b"".join((line if isinstance(line, bytes) else msgspec.json.encode(line)) + b"\n" for line in lines)
    done = CliRunner().invoke(cli, ["gate", command, "--situations", "-", *arguments], input=text)
    return done.exit_code, [msgspec.json.decode(answer) for answer in done.stdout_bytes.splitlines()]


def run(*arguments: str) -> Result:
    """Run `rounds gate` in this process."""
    return CliRunner().invoke(cli, ["gate", *arguments])


@pytest.mark.parametrize("path", [OURS, SHARED], ids=["ours", "shared"])
def test_the_worked_cases_come_out_of_the_command_as_written(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"no {path.name} beside the checkout: the worked cases of the specification are not here")
    vectors = [line_of(msgspec.json.decode(line)) for line in path.read_bytes().splitlines()]
    code, answers = asked("evaluate", list(vectors))
    assert (code, len(answers)) == (0, len(vectors))
    for vector, answer in zip(vectors, answers, strict=True):
        expected = dict(vector["expect"])
        assert answer["id"] == vector["id"]
        assert set(expected.pop("rule_ids_include", [])) <= set(answer["rule_ids"]), vector["id"]
        assert {key: answer[key] for key in expected} == expected, vector["id"]


def test_a_verdict_has_its_keys_in_order() -> None:
    """22:00 in China: the example of the specification."""
    done = CliRunner().invoke(cli, ["gate", "evaluate", "--situations", "-"], input=msgspec.json.encode(CALL))
    sha256 = {pack["id"]: pack["sha256"] for pack in msgspec.json.decode(done.stdout)["packs"]}["CN"]
    assert done.stdout == (
        '{"id":"a","decision":"BLOCK","rule_ids":["CN-TIME-01"],"conditions":[],'
        '"earliest_allowed_at":"2026-11-24T08:00:00+08:00",'
        f'"packs":[{{"id":"CN","version":"2026.1","sha256":"{sha256}"}}]}}\n'
    )


def test_bad_lines_are_answered_in_their_place_and_the_others_are_judged() -> None:
    lines: list[object] = [
        CALL,
        {**CALL, "id": "b", "weather": "fair"},
        b"not json",
        {**CALL, "id": "c", "now": "2026-11-23T22:00:00"},
        b"",
        {**CALL, "id": "d", "action": {"channel": "call", "debts": ["x"]}},
        {**CALL, "id": 7},
        [CALL],
        b'{"id":"\xff"}',
        b"[" * 200_000,
        {**CALL, "id": "z"},
    ]
    code, answers = asked("evaluate", lines)
    assert code == 1
    assert [answer["id"] for answer in answers] == ["a", "b", None, "c", None, "d", None, None, None, None, "z"]
    assert [list(answer) == ["id", "error"] for answer in answers] == [False, *[True] * 9, False]
    assert "weather" in answers[1]["error"]
    assert "timezone" in answers[3]["error"]
    assert "names no debt of this situation: x" in answers[5]["error"]


def test_annotations_are_not_looked_at() -> None:
    noted = {**CALL, "expect": {"decision": "ALLOW"}, "confidence": ["S", 1], "note": None}
    assert asked("evaluate", [noted]) == asked("evaluate", [CALL])


def test_an_id_is_not_needed() -> None:
    code, answers = asked("evaluate", [{key: value for key, value in CALL.items() if key != "id"}])
    assert (code, answers[0]["id"], answers[0]["decision"]) == (0, None, "BLOCK")


def test_packs_of_the_command_line_replace_the_choice_and_those_of_the_line_replace_both() -> None:
    free = {key: value for key, value in CALL.items() if key != "packs"} | {"jurisdiction": "CN"}
    lines: list[object] = [free, {**free, "packs": None}, CALL]
    named = [[pack["id"] for pack in one["packs"]] for one in asked("evaluate", lines)[1]]
    assert named == [["CN", "HOUSE"], ["CN", "HOUSE"], ["CN"]]
    named = [
        [pack["id"] for pack in one["packs"]] for one in asked("evaluate", lines, "--pack", "UK", "--pack", "EU")[1]
    ]
    assert named == [["EU", "UK"], ["EU", "UK"], ["CN"]]
    code, answers = asked("evaluate", [free], "--pack", "MOON")
    assert (code, answers[0]["rule_ids"]) == (0, ["GEN-FAIL-PACK"])


def test_windows_are_printed_for_the_date() -> None:
    code, answers = asked("windows", [CALL, {**CALL, "id": "b", "history": None}], "--date", "2026-11-24")
    assert code == 0
    assert answers == [
        {"id": "a", "windows": [{"start": "2026-11-24T08:00:00+08:00", "end": "2026-11-24T22:00:00+08:00"}]},
        {"id": "b", "windows": []},
    ]
    assert asked("windows", [CALL], "--date", "2026-11-24", "--pack", "MOON")[0] == 0
    assert asked("windows", [b"?"], "--date", "2026-11-24") == (
        1,
        [{"id": None, "error": "JSON is malformed: invalid character (byte 0)"}],
    )
    assert run("windows", "--situations", "-", "--date", "24.11.2026").exit_code == 2
    assert run("windows", "--situations", "-", "--date", "9999-12-31").exit_code == 2


def test_a_line_without_an_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "LINE_BYTES_MAX", 1_000)
    code, answers = asked("evaluate", [{**CALL, "id": "x" * 5_000}, CALL])
    assert code == 1
    assert answers[0] == {"id": None, "error": "a line has at most 1000 bytes"}
    assert answers[1]["id"] == "a"


def test_a_missing_file_is_named_and_nothing_is_no_line(tmp_path: Path) -> None:
    done = run("evaluate", "--situations", str(tmp_path / "S.jsonl"))
    assert done.exit_code == 2
    assert "S.jsonl': No such file or directory" in done.output
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert (run("evaluate", "--situations", str(empty)).exit_code, run("evaluate").exit_code) == (0, 2)


def test_the_packs_are_listed_with_version_dates_and_hash() -> None:
    said = run("packs").output
    assert [line.split()[0] for line in said.splitlines()[::2]] == [pack.pack_id for pack in shipped_packs()]
    assert "IN-2026D    2026.1  draft     since 2026-10-01  " in said
    assert "GB/T 45251-2025" in said


def test_a_pack_that_somebody_wrote_is_checked(tmp_path: Path) -> None:
    written = tmp_path / "CHECK.json"
    law = (CHECKOUT / "backend" / "compliance" / "law" / "UK.json").read_text(encoding="utf-8")
    written.write_text(law, encoding="utf-8")
    done = run("pack", str(written))
    assert (done.exit_code, done.output.split(": ")[0]) == (0, "UK 2026.1")
    written.write_text(law.replace('"third"', '"thirds"'), encoding="utf-8")
    done = run("pack", str(written))
    assert done.exit_code == 1
    assert "\n  UK-3P-01: roles knows no thirds" in done.output
    written.write_text(law.replace('"status_stop"', '"stop"'), encoding="utf-8")
    assert "'stop' - at `$.rules[6].kind`" in run("pack", str(written)).output
    written.write_text("{", encoding="utf-8")
    assert (run("pack", str(written)).exit_code, run("pack", str(tmp_path / "none")).exit_code) == (1, 2)


def test_the_command_stands_by_itself(tmp_path: Path) -> None:
    """Without a database, and with the exit code that a shell sees."""
    path = tmp_path / "S.jsonl"
    path.write_bytes(msgspec.json.encode(CALL) + b"\n?\n")
    env = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE", "ROUNDS"))}
    done = subprocess.run(
        [sys.executable, "-m", "backend.app.cli", "gate", "evaluate", "--situations", str(path)],
        check=False, timeout=60, cwd=CHECKOUT, env=env, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (1, 2, "")
