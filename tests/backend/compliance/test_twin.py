"""Does the phone's gate say what the server's says? Random situations, both languages, the whole verdict.

`TWIN_SITUATIONS=100000` asks for more of them, `TWIN_SEED` for others; what was compared is printed (`pytest -s`).
"""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from msgspec.structs import replace

from backend.compliance.choosing import shipped_packs
from backend.compliance.packs import Pack
from backend.compliance.rules import evaluate, windows
from backend.compliance.schemas import Situation
from backend.compliance.snapshot import HeldPack, Snapshot, ZoneTable, snapshot
from backend.compliance.zones import zone_named
from tests.backend.compliance.situations import TURN, ZONES, Json, day_asked, situation, spoiled

CHECKOUT = Path(__file__).resolve().parents[3]
COUNT = int(os.environ.get("TWIN_SITUATIONS", "2000"))
SEED = int(os.environ.get("TWIN_SEED", "7"))
SPOILED = 0.1
TOLD_MAX = 5
NODE_S = 3600
NOW = TURN
"""The situations lie in the years around it, so that the clocks of a snapshot reach over all of them."""


class Found(NamedTuple):
    """What a comparison found."""

    compared: int
    refused: int
    decisions: Counter[str]
    rule_ids: set[str]
    differing: list[str]


@cache
def editions() -> tuple[Pack, ...]:
    """Return the packs of the product and further editions of two: one that has ended, one to come, a draft."""
    by_id = {pack.pack_id: pack for pack in shipped_packs()}
    turn = TURN.date()
    old = replace(by_id["CN"], version="2020.1", since=date(2020, 1, 1), rules=by_id["CN"].rules[:3])
    new = replace(by_id["UK"], version="2026.2", since=turn, rules=by_id["UK"].rules[2:])
    draft = replace(by_id["UK"], version="2026.3", since=turn, status="draft", rules=by_id["UK"].rules[:1])
    ended = replace(by_id["IN-MFI"], version="2026.2", since=date(2026, 3, 1), effective_to=turn, rules=[])
    return (*shipped_packs(), old, new, draft, ended)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundle the phone's gate for Node."""
    folder = tmp_path_factory.mktemp("gate_twin")
    node = Path(sys.executable).parent
    tools = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
    config = "tests/rules/gate_twin/vite.config.ts"
    arguments = ["npx", "vite", "build", "--config", config, "--outDir", str(folder), "--logLevel", "warn"]
    subprocess.run(arguments, cwd=CHECKOUT / "pwa", check=True, timeout=120, env=tools)
    return folder / "main.mjs"


def asked(seed: int, count: int) -> Iterator[Json]:
    """Give situations with the day of which the windows are asked; a tenth of them is junk."""
    draw = random.Random(seed)  # noqa: S311 - made-up cases, no secret
    for _ in range(count):
        made = situation(draw)
        on = day_asked(made, draw)
        yield {"situation": spoiled(made, draw) if draw.random() < SPOILED else made, "on": on}


def answer_of(line: Json) -> Json:
    """Answer as the server does."""
    try:
        read = msgspec.json.decode(msgspec.json.encode(line["situation"]), type=Situation)
    except msgspec.ValidationError as error:
        return {"error": str(error)}
    on = date.fromisoformat(str(line["on"]))
    found = {"verdict": evaluate(read, editions()), "windows": windows(read, editions(), on)}
    return msgspec.convert(msgspec.to_builtins(found), Json)


def same(ours: Json, theirs: Json) -> bool:
    """Compare two answers; both may refuse, each in its own words."""
    return ("error" in ours and "error" in theirs) or ours == theirs


def compared(program: Path, told: Snapshot, lines: Iterator[Json], folder: Path) -> Found:
    """Ask both and compare; Node is one process, the lines go through files."""
    put, got = folder / "asked.jsonl", folder / "answered.jsonl"
    with put.open("wb") as out:
        out.write(msgspec.json.encode(told) + b"\n")
        out.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
    node = Path(sys.executable).parent / "node"
    with put.open("rb") as incoming, got.open("wb") as outgoing:
        ran = subprocess.run(
            [str(node), str(program)],
            stdin=incoming,
            stdout=outgoing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=NODE_S,
        )
    assert ran.returncode == 0, ran.stderr.decode()[-3000:]
    found = Found(0, 0, Counter(), set(), [])
    with put.open("rb") as incoming, got.open("rb") as answered:
        next(incoming)
        for raw, theirs in zip(incoming, answered, strict=True):
            found = _compared(found, msgspec.json.decode(raw, type=Json), msgspec.json.decode(theirs, type=Json))
    print(f"phone: {ran.stderr.decode().strip()}")  # noqa: T201 - asked for by `pytest -s`
    return found


def _compared(found: Found, line: Json, theirs: Json) -> Found:
    ours = answer_of(line)
    if not same(ours, theirs) and len(found.differing) < TOLD_MAX:
        found.differing.append("\n".join(msgspec.json.encode(one).decode() for one in (line, ours, theirs)))
    verdict = msgspec.convert(ours.get("verdict") or {}, Json)
    if verdict:
        found.decisions[str(verdict["decision"])] += 1
        found.rule_ids.update(msgspec.convert(verdict["rule_ids"], list[str]))
    return found._replace(compared=found.compared + 1, refused=found.refused + ("error" in ours))


def test_phone_and_server_give_the_same_verdict_and_windows(program: Path, tmp_path: Path) -> None:
    """The clocks are those that the server reckons by, whole."""
    whole = {name: ZoneTable(starts=zone_named(name).starts, offsets=zone_named(name).offsets) for name in ZONES}
    told = replace(snapshot(editions(), [], NOW, now=NOW), zones=whole)
    found = compared(program, told, asked(SEED, COUNT), tmp_path)
    known = {rule.id for pack in shipped_packs() for rule in pack.rules}
    never = sorted(known - found.rule_ids)
    print(f"{found.compared} compared, {found.refused} refused, {dict(found.decisions)}; never fired: {never}")  # noqa: T201
    assert found.differing == []
    assert found.compared == COUNT
    assert min(found.decisions[one] for one in ("ALLOW", "BLOCK", "REVIEW")) > COUNT // 50
    assert len(never) <= len(known) // 10


def test_the_cut_clocks_of_a_snapshot_change_no_verdict(program: Path, tmp_path: Path) -> None:
    told = snapshot(editions(), ZONES, NOW, now=NOW)
    assert all(isinstance(held, HeldPack) for held in told.packs)
    found = compared(program, told, asked(SEED + 1, max(COUNT // 10, 100)), tmp_path)
    assert found.differing == []
