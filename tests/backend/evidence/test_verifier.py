"""N4: is every change to an export found, and does no untouched one raise an alarm?"""

import ast
import io
import json
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import cryptography
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from backend.evidence import archive, verifier
from backend.evidence.packing import verify_script
from tests.backend.evidence.bundles import Made, contents_of, signing_key
from tests.backend.journal.authority import OpenSslAuthority

MADE = Made(6, 1)
WHOLE = MADE.packed()
FLIPS = 400
UNTOUCHED = 200
Files = dict[str, bytes]


def faults(content: bytes, folder: Path, pinned: tuple[str, ...] = ()) -> list[str]:
    path = folder / "export.zip"
    path.write_bytes(content)
    return [f"{what}: {fault}" for what, fault, _ in verifier.verdicts(str(path), pinned) if fault is not None]


def test_an_untouched_export_raises_no_alarm(tmp_path: Path) -> None:
    for seed in range(UNTOUCHED):
        made = Made(seed % 9, seed, batch=1 + seed % 11)
        assert faults(made.packed(), tmp_path, (made.key.key_id,)) == [], seed


def test_any_flipped_bit_is_found(tmp_path: Path) -> None:
    """Anywhere: in photos, lists, headers, and where programs that unpack do not look."""
    rng = random.Random(5)  # noqa: S311 - test data
    for _ in range(FLIPS):
        changed = bytearray(WHOLE)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        assert faults(bytes(changed), tmp_path)


@pytest.mark.parametrize("where", ["head", "list at the end"])
def test_every_bit_of_the_archive_s_own_words_counts(tmp_path: Path, where: str) -> None:
    central = struct.unpack("<I", WHOLE[-6:-2])[0]
    span = range(archive._LOCAL_BYTES) if where == "head" else range(central, len(WHOLE), 3)  # noqa: SLF001
    for at in span:
        changed = bytearray(WHOLE)
        changed[at] ^= 4
        assert faults(bytes(changed), tmp_path), at


@pytest.mark.parametrize("cut", [1, 22, 100, 5000, len(WHOLE) - 10])
def test_a_file_cut_short_or_made_longer_is_found(tmp_path: Path, cut: int) -> None:
    assert faults(WHOLE[:-cut], tmp_path)
    assert faults(WHOLE + b"\0" * cut, tmp_path)
    assert faults(b"\0" * cut + WHOLE, tmp_path)


def _list(name: str, change: Callable[[list[dict[str, object]]], object]) -> Callable[[Files], Files]:
    """Return a change of one of the lists in the archive."""

    def changed(files: Files) -> Files:
        listed = json.loads(files[name])
        change(listed)
        return files | {name: verifier.canonical(listed).encode()}

    return changed


def _originals(files: Files) -> list[str]:
    return [name for name in files if "/original." in name]


def _manifests(files: Files) -> list[str]:
    return [name for name in files if name.endswith("/manifest.json")]


def _swap(names: Callable[[Files], list[str]]) -> Callable[[Files], Files]:
    def changed(files: Files) -> Files:
        one, other = names(files)[:2]
        return files | {one: files[other], other: files[one]}

    return changed


def _flip(names: Callable[[Files], list[str]]) -> Callable[[Files], Files]:
    def changed(files: Files) -> Files:
        name = names(files)[1]
        return files | {name: bytes([files[name][0] ^ 1]) + files[name][1:]}

    return changed


def _drop(names: Callable[[Files], list[str]]) -> Callable[[Files], Files]:
    return lambda files: {name: content for name, content in files.items() if name != names(files)[2]}


def _edit(entry: dict[str, object], old: str, new: str) -> None:
    text = str(entry["entry"])
    assert old in text
    entry["entry"] = text.replace(old, new, 1)


def _backdate_head(heads: list[dict[str, object]]) -> None:
    head = str(heads[1]["head"]).replace("2026-11-24", "2026-10-24")
    heads[1] |= {"head": head, "signature": MADE.key.sign(head)}


def _backdate_manifest(files: Files) -> Files:
    name = _manifests(files)[1]
    return files | {name: files[name].replace(b'"taken_at":"2026-11-24', b'"taken_at":"2026-11-23')}


CHANGES: dict[str, Callable[[Files], Files]] = {
    "flip a photo": _flip(_originals),
    "flip a manifest": _flip(_manifests),
    "swap two photos": _swap(_originals),
    "swap two manifests": _swap(_manifests),
    "drop a photo": _drop(_originals),
    "drop a manifest": _drop(_manifests),
    "back-date a manifest": _backdate_manifest,
    "drop a photo from the list": _list("evidence.json", lambda items: items.pop(2)),
    "say that a photo never came": _list("evidence.json", lambda items: items[2].update(file=None, state="awaited")),
    "say that a manifest was never signed": _list("evidence.json", lambda items: items[1].update(manifest=None)),
    "double a photo in the list": _list("evidence.json", lambda items: items.append(items[0])),
    "give a photo another hash": _list("evidence.json", lambda items: items[0].update(sha256="0" * 64)),
    "give a photo another collector": _list("evidence.json", lambda items: items[0].update(user_id="x")),
    "give a photo another case": _list("evidence.json", lambda items: items[0].update(case_id="x")),
    "give a photo another signature": _list(
        "evidence.json", lambda items: items[0].update(signature=items[1]["signature"])
    ),
    "drop an event": _list("events.json", lambda events: events.pop(0)),
    "insert an event": _list("events.json", lambda events: events.insert(1, events[1] | {"index": 3})),
    "double an event": _list("events.json", lambda events: events.append(events[0])),
    "move an event": _list("events.json", lambda events: events[0].update(index=1)),
    "reorder events": _list("events.json", lambda events: events.reverse()),
    "edit an event": _list("events.json", lambda events: _edit(events[0], "evidence.named", "evidence.other")),
    "back-date an event": _list("events.json", lambda events: _edit(events[0], "2026-11-24", "2026-11-20")),
    "drop a step of a proof": _list("events.json", lambda events: events[0]["path"].pop()),  # type: ignore[attr-defined]
    "drop a head": _list("heads.json", lambda heads: heads.pop(1)),
    "reorder heads": _list("heads.json", lambda heads: heads.reverse()),
    "back-date a head, signed anew": _list("heads.json", _backdate_head),
    "drop a line of custody": _list("custody.json", lambda log: log.pop(1)),
    "insert a line of custody": _list("custody.json", lambda log: log.append(log[0])),
    "back-date a line of custody": _list("custody.json", lambda log: log[0].update(at="2026-11-20T00:00:00.000000Z")),
    "reorder custody": _list("custody.json", lambda log: log.reverse()),
    "give the phone another key": _list(
        "keys.json",
        lambda keys: keys["devices"][0].update(public_key=_other_phone()),  # type: ignore[call-overload]
    ),
}


def _stamped(made: Made, folder: Path, numbers: tuple[int, ...]) -> x509.Certificate:
    """Let an authority of this test stamp heads of a case; returns its root."""
    openssl = OpenSslAuthority(folder)
    made.authorities = [openssl.root.public_bytes(Encoding.DER)]
    made.stamps = {number: openssl.stamp(made.heads[number - 1].head) for number in numbers}
    return openssl.root


def test_without_a_stamp_it_says_whose_word_the_times_are(tmp_path: Path) -> None:
    (tmp_path / "export.zip").write_bytes(WHOLE)
    notes = {what: told for what, _, told in verifier.verdicts(str(tmp_path / "export.zip"))}
    assert notes["time stamps"] == [f"when heads 1 to {len(MADE.heads)} were sealed is the word of their server alone"]


def test_stamps_hold_and_say_what_they_cover(tmp_path: Path) -> None:
    """EV-2: OpenSSL's stamps over two heads; the authority of the file, and the one that somebody gives."""
    made = Made(5, 3, batch=4)
    root = _stamped(made, tmp_path, (1, 2))
    assert faults(made.packed(), tmp_path) == []
    notes = {what: told for what, _, told in verifier.verdicts(str(tmp_path / "export.zip"), (), [root])}["time stamps"]
    assert [note.split(" UTC")[1].split(" (")[0] for note in notes[:2]] == [", says CN=Stamps"] * 2
    assert notes[2] == "when heads 3 to 3 were sealed is the word of their server alone"
    made.authorities = []
    assert faults(made.packed(), tmp_path) == []
    told = {what: told for what, _, told in verifier.verdicts(str(tmp_path / "export.zip"))}["time stamps"]
    assert told == ["time stamps are here, but no root to hold them against: give one with --authority"]


def test_a_stamp_of_another_head_or_of_an_authority_that_is_not_trusted_is_found(tmp_path: Path) -> None:
    made = Made(5, 3, batch=4)
    _stamped(made, tmp_path, (1, 2))
    other = tmp_path / "other"
    other.mkdir()
    stranger = OpenSslAuthority(other)
    (tmp_path / "good.zip").write_bytes(made.packed())
    said = list(verifier.verdicts(str(tmp_path / "good.zip"), (), [stranger.root]))
    assert [what for what, fault, _ in said if fault is not None] == ["time stamps"]
    made.stamps[2] = made.stamps[1]
    assert faults(made.packed(), tmp_path) == ["time stamps: the stamp covers another text"]


def test_a_head_that_says_it_was_sealed_after_its_stamp_is_found(tmp_path: Path) -> None:
    made = Made(2, 4)
    made.heads.clear()
    made.proofs.clear()
    made.sealed_from = datetime.now(UTC) + timedelta(days=1)
    made.seal_all()
    _stamped(made, tmp_path, (1,))
    assert faults(made.packed(), tmp_path) == ["time stamps: head 1 says that it was sealed after it was stamped"]


def _redacted(made: Made) -> Files:
    """Return the files of a redacted export."""
    made.is_redacted = True
    return made.files()


def test_redacted_copies_hold_beside_originals_and_without_them(tmp_path: Path) -> None:
    """D.2 5: both kinds of export prove the copies; in a redacted one no original goes along."""
    made = Made(3, 5, redacted=2)
    assert faults(made.packed(), tmp_path) == []
    files = _redacted(made)
    assert [name for name in files if "/original." in name] == []
    assert len([name for name in files if "/redacted-" in name]) == 2
    assert faults(made.packed(), tmp_path) == []
    notes = [note for _, _, told in verifier.verdicts(str(tmp_path / "export.zip")) for note in told]
    assert notes.count("its bytes are not in this file: stored") == 3


REDACTION_CHANGES: dict[str, Callable[[Files], Files]] = {
    "swap two copies": _swap(lambda files: [name for name in files if "/redacted-" in name]),
    "flip a copy": _flip(lambda files: [name for name in files if "/redacted-" in name]),
    "drop a copy": lambda files: {n: c for n, c in files.items() if n != next(x for x in files if "/redacted-" in x)},
    "say that there was no copy": _list("evidence.json", lambda items: items[0].update(redactions=[])),
    "say that a copy is not here": _list("evidence.json", lambda items: items[0]["redactions"][0].update(file=None)),  # type: ignore[index]
    "give a copy another reason": _list("evidence.json", lambda items: items[0]["redactions"][0].update(reason="x")),  # type: ignore[index]
    "give a copy other areas": _list("evidence.json", lambda items: items[0]["redactions"][0].update(areas=[])),  # type: ignore[index]
    "pass a copy off as another photo's": _list(
        "evidence.json",
        lambda items: items[1].update(redactions=items[0]["redactions"]),
    ),
    "send an original along": lambda files: files,
}


@pytest.mark.parametrize("name", REDACTION_CHANGES)
def test_a_change_of_a_redacted_export_is_found(tmp_path: Path, name: str) -> None:
    made = Made(3, 5, redacted=2)
    files = _redacted(made)
    if name == "send an original along":
        first = json.loads(files["evidence.json"])[0]["id"]
        place = f"evidence/{first}/original.jpeg"
        change = _list("evidence.json", lambda items: items[0].update(file=place))
        assert faults(made.packed(change(files) | {place: made.contents[0]}), tmp_path)
        return
    assert faults(made.packed(REDACTION_CHANGES[name](files)), tmp_path)


def test_the_script_in_the_file_is_one_whose_names_do_not_collide() -> None:
    """Three modules in one file: a name that two of them give would be the later one's in both."""
    tree = ast.parse(verify_script())
    kinds = (ast.FunctionDef, ast.ClassDef)
    names = [node.name for node in tree.body if isinstance(node, kinds)]
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        names += [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    assert not any("backend" in (node.module or "") for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))


def _other_phone() -> str:
    keys = json.loads(Made(1, 9).files()["keys.json"])
    return str(keys["devices"][0]["public_key"])


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_even_when_the_server_s_key_signs_the_new_index(tmp_path: Path, name: str) -> None:
    """Whoever holds the key can sign a new index, but not what phones signed nor what was sealed since."""
    changed = CHANGES[name](contents_of(WHOLE))
    lists = {inner: content for inner, content in changed.items() if inner not in {"index.json", "index.sig"}}
    assert lists != MADE.files()
    assert faults(MADE.packed(lists), tmp_path), "with a new index"
    reindexed = contents_of(MADE.packed(lists)) | {"index.sig": contents_of(WHOLE)["index.sig"]}
    assert faults(_zipped(reindexed), tmp_path), "with the old signature"


def _zipped(files: Files) -> bytes:
    """Return an archive of files as they are, its own words in order."""
    out, listed = io.BytesIO(), []
    for name, content in files.items():
        listed.append((name.encode(), crc32(content), len(content), out.tell()))
        out.write(archive.local_header(name.encode(), crc32(content), len(content)) + content)
    central, offset = b"".join(archive.central_header(*one) for one in listed), out.tell()
    out.write(central + archive.end_record(len(listed), len(central), offset))
    return out.getvalue()


def test_a_file_beside_the_signed_ones_is_found(tmp_path: Path) -> None:
    files = contents_of(WHOLE)
    assert faults(_zipped(files), tmp_path) == []
    assert faults(_zipped({"note.txt": b"x"} | files), tmp_path)
    assert faults(_zipped(files | {"note.txt": b"x"}), tmp_path)


def test_an_export_made_up_whole_by_somebody_else_is_found_by_the_name_of_the_key(tmp_path: Path) -> None:
    other = Made(6, 1)
    assert faults(other.packed(), tmp_path) == []
    assert faults(other.packed(), tmp_path, (other.key.key_id,)) == []
    assert faults(other.packed(), tmp_path, (MADE.key.key_id,))
    assert faults(MADE.packed(key=signing_key()), tmp_path)


def test_the_archive_is_an_ordinary_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == contents_of(WHOLE)


def test_the_verifier_of_the_file_runs_alone(tmp_path: Path) -> None:
    """Isolated, with `cryptography` and what it needs as its only packages, in an empty folder without environment."""
    path, script, packages = tmp_path / "export.zip", tmp_path / "verify.py", tmp_path / "packages"
    path.write_bytes(WHOLE)
    script.write_bytes(contents_of(WHOLE)["verify.py"])
    packages.mkdir()
    site = Path(cryptography.__file__).parents[1]
    for name in ("cryptography", "cffi", "_cffi_backend", "pycparser", "typing_extensions"):
        for found in site.glob(f"{name}*"):
            if not found.name.endswith(".dist-info"):
                (packages / found.name).symlink_to(found)
    start = (
        f"import sys, runpy; sys.path.insert(0, {str(packages)!r}); runpy.run_path('verify.py', run_name='__main__')"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", "-c", start, *arguments]
        return subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, timeout=60, check=False)

    good = run("export.zip", "--key", MADE.key.key_id)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.count("ok    photo 0") == 6
    assert good.stdout.endswith("everything holds\n")
    path.write_bytes(WHOLE[:-1])
    bad = run("export.zip")
    assert (bad.returncode, bad.stdout.split()[0]) == (1, "FAIL")
