"""What is thrown at which reader, and what must hold whatever comes? One table.

A target raises when something is wrong; a refusal in the words of the product is right. `runs` is its part of the
fixed budget of `make test`.
"""

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from backend.evidence import rules as upload_rules
from backend.evidence.imaging import examine
from backend.evidence.manifests import Fix, Known, Link, is_signed, read_manifest, signals_of
from backend.evidence.pictures import Fault, Picture, Question
from backend.evidence.rules import HeaderError
from backend.evidence.schemas import NamedPhoto, PhotoTaken
from backend.evidence.sealed import opened as opened_photo
from backend.evidence.sealed import read_header, sealed_length
from backend.evidence.sounds import sound_of
from backend.integrations.looking import Question as Look
from backend.integrations.looking import answer_to
from backend.integrations.reading.blocks import Block, FileError
from backend.integrations.reading.detect import detect
from backend.integrations.reading.open import blocks_of
from backend.integrations.rules.compiled import compile_mapping
from backend.integrations.rules.draft import draft_of
from backend.integrations.rules.flaws import flaws_of
from backend.integrations.rules.lines import read_lines
from backend.integrations.schemas import Mapping
from backend.integrations.shipped import read_mapping
from backend.kernel.boxes import SealedError
from backend.kernel.geo import Point
from backend.kernel.problems import Problem
from backend.kernel.reading import UNREADABLE
from backend.sync.pull import read_cursor
from backend.sync.routes import read_batch, read_left_behind
from backend.sync.sealed import opened
from tests.backend.evidence.sealing import seal
from tests.backend.sync.sealing import OutboxKey
from tests.fuzz import seeds
from tests.fuzz.desk import BOXES, NOW, PUBLIC_KEY, SENDER, push_on_file
from tests.fuzz.seeds import Seeds
from tests.fuzz.shapes import Mutator, json_mutator, zip_mutator

DAY = date(2026, 11, 24)
PHOTO_BYTES_MAX = 200_000


class Target(msgspec.Struct, frozen=True):
    """One reader: what takes an input, where the fuzzer begins, how it changes inputs, and how often in `make test`."""

    take: Callable[[bytes], None]
    seeds: Seeds
    mutator: Mutator | None
    runs: int
    size_max: int = 20_000


def batch(data: bytes) -> None:
    """Push a batch as it came: refused as a whole, or every item has its answer."""
    try:
        request = read_batch(data)
    except Problem:
        return
    push_on_file(opened(request, BOXES))


def left_behind(data: bytes) -> None:
    """Take what a device left behind."""
    try:
        left = read_left_behind(data)
    except Problem:
        return
    opened(left.batch, BOXES)


@cache
def _outbox_key() -> OutboxKey:
    return OutboxKey(BOXES.keys[0], SENDER.device_id)


def sealed_batch(data: bytes) -> None:
    """Seal what can be read, and every second item wrongly: the right ones open byte for byte, the wrong ones never."""
    try:
        request = read_batch(data)
    except Problem:
        return
    key, sealed = _outbox_key(), []
    for n, one in enumerate(request.mutations):
        whole = key.seal(one)
        meant_for = {"schema": one.schema + 1} if n % 2 else {}
        sealed.append(msgspec.structs.replace(whole, **meant_for))
    there = opened(
        msgspec.structs.replace(request, device_id=SENDER.device_id, mutations=sealed, envelopes=[key.envelope]), BOXES
    )
    for n, (one, came, sent) in enumerate(zip(request.mutations, there.mutations, sealed, strict=True)):
        if n % 2:
            assert came == sent, "what was sealed for another schema was opened"
        else:
            assert bytes(came.body) in {bytes(one.body), bytes(sent.body)}


class Told(msgspec.Struct):
    """A manifest as fields, and the photo beside it."""

    manifest: dict[str, object]
    photo: dict[str, object]


def manifest(data: bytes) -> None:
    """Hold a manifest that stands in its canonical form against the photo: signals or none, never an error."""
    try:
        told = msgspec.json.decode(data, type=Told)
        text = json.dumps(told.manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        photo = msgspec.convert(told.photo | {"manifest": text[:4000]}, PhotoTaken)
    except (*UNREADABLE, UnicodeError):
        return
    named = NamedPhoto(photo=photo, case_id=seeds.CASE, visit_id=seeds.DEVICE, address_id=None)
    msgspec.json.encode(signals_of(named, read_manifest(text), _known()))
    assert not is_signed(text, photo.signature or "", PUBLIC_KEY), "somebody else's signature passed"


def _known() -> Known:
    """Return a door, an earlier photo at another case, and links of the chain on both sides of the third."""
    fix = Fix(case_id=seeds.DEVICE, lat_e7=300_000_000, lon_e7=1_200_000_000, accuracy_m=10, at=NOW)
    links = {number: Link(number=number, manifest_hash=seeds.DIGEST, taken_at=NOW) for number in (2, 4)}
    return Known(
        user_id=SENDER.worker.user_id, device_id=seeds.DEVICE, public_key=PUBLIC_KEY, links=links, fixes=[fix],
        door=Point(lat=30.0, lon=120.0), received_at=NOW,
    )  # fmt: skip


class Headers(msgspec.Struct):
    """Headers of an upload: metadata as pairs, or raw when those are not pairs of text."""

    length: str | None
    offset: str | None
    metadata: dict[str, str]
    raw: str


def upload_headers(data: bytes) -> None:
    """Announce an upload: refused by name, or read and written back as the same."""
    try:
        told = msgspec.json.decode(data, type=Headers)
    except UNREADABLE:
        return
    pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.metadata.items())
    for metadata in (pairs, told.raw):
        try:
            upload_rules.whole_number("Upload-Offset", told.offset)
            announced = upload_rules.announced(told.length, metadata)
        except HeaderError:
            continue
        assert announced.length_bytes > 0
        if announced.sealed is not None:
            assert sealed_length(read_header(announced.sealed).size) == announced.length_bytes


class Sealing(msgspec.Struct):
    """A photo to seal, and what happens to it on the way."""

    size: int
    turned: int | None
    cut: int
    header: dict[str, object]


def sealed_photo(data: bytes) -> None:
    """Open a sealed photo: byte for byte when nothing happened to it, else not at all."""
    try:
        told = msgspec.json.decode(data, type=Sealing)
    except UNREADABLE:
        return
    photo = hashlib.shake_128(b"photo").digest(max(1, told.size % PHOTO_BYTES_MAX))
    header, content = seal(BOXES.keys[0], photo)
    is_whole = told.turned is None and told.cut == 0 and not told.header
    if told.turned is not None:
        place = told.turned % len(content)
        content = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    content = content[: len(content) - abs(told.cut) % len(content)]
    try:
        read = read_header(json.dumps(msgspec.to_builtins(header) | told.header))
        plain = opened_photo(BOXES, read, hashlib.sha256(photo).digest(), content)
    except SealedError:
        assert not is_whole, "a whole photo was not opened"
        return
    assert plain == photo, "another photo came out than went in"


def book(data: bytes) -> None:
    """Look at a lender's file, read it to its end, and draft its rows by the mapping that was guessed."""
    with tempfile.NamedTemporaryFile(dir=_memory()) as file:
        file.write(data)
        file.flush()
        path = Path(file.name)
        guessed = answer_to(Look(str(path), []))
        # What it says goes through a pipe or to a browser.
        msgspec.json.encode([guessed, answer_to(Look(str(path), None))])
        last = 0
        try:
            for block in blocks_of(path, detect(path), block_rows=7):
                last = _check_block(block, last)
                if guessed.guess is not None and not guessed.guess.flaws:
                    _draft(guessed.guess.mapping, block)
        except FileError:
            return


def _memory() -> str | None:
    """Return the folder that is memory, where there is one that we may write to."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None  # noqa: S108 - a file for milliseconds


def _check_block(block: Block, last: int) -> int:
    """Check that a block is one: columns of one length, lines that count up; returns the last line."""
    assert {len(column) for column in block.columns} <= {len(block.lines)}
    assert len(block.columns) == len(block.header)
    for line in block.lines:
        assert line > last, f"line {line} comes behind line {last}"
        last = line
    return last


def _draft(mapping: Mapping, block: Block) -> None:
    if flaws_of(mapping, block.header):
        return
    compiled = compile_mapping(mapping, block.header, DAY)
    draft_of(compiled, read_lines(compiled, block))


BLOCK = Block(
    header=("loan_id", "name", "amount", "day", "phone"),
    lines=[2, 3, 4],
    columns=[
        ["A1", "A2", ""], ["王小雨", "=1+1", "x" * 500], ["12.50", "1,200", "-0"], ["2026-11-24", "44197.75", "1/1"],
        ["13800138000", "", "abc"],
    ],
    bad=[],
)  # fmt: skip


def mapping(data: bytes) -> None:
    """Read a mapping; one without flaws reads any line, into rows or refusals."""
    try:
        read = read_mapping(data)
    except UNREADABLE:
        return
    flaws_of(read, None)
    # Let it speak of columns that are there.
    names = sorted(_columns_of(msgspec.to_builtins(read)))
    header = tuple(names[:5] + [f"column {n}" for n in range(5 - len(names[:5]))])
    _draft(read, msgspec.structs.replace(BLOCK, header=header))


def _columns_of(value: object) -> set[str]:
    """Return every short text that stands somewhere in a document."""
    match value:
        case str():
            return {value} if 0 < len(value) <= 60 else set()
        case dict():
            return {name for inner in value.values() for name in _columns_of(inner)}
        case list():
            return {name for inner in value for name in _columns_of(inner)}
    return set()


def cursor(data: bytes) -> None:
    """Read the place in the stream of changes that a phone names."""
    try:
        read_cursor(data.decode("latin-1"))
    except Problem:
        return


def photo(data: bytes) -> None:
    """Look at a photo as the process for it does: a picture or a fault, never an error."""
    seen = examine(Question(content=data, stamp=["C-12"]))
    assert isinstance(seen, Picture | Fault)


def sound(data: bytes) -> None:
    """Walk through a recording: what it is and how long, or nothing."""
    found = sound_of(data)
    assert found is None or found.media_type in {"audio/webm", "audio/ogg", "audio/mp4"}
    assert found is None or (found.duration_ms or 0) >= 0


TARGETS: dict[str, Target] = {
    "batch": Target(batch, seeds.batches, json_mutator, 8_000),
    "sealed_batch": Target(sealed_batch, seeds.batches, json_mutator, 8_000),
    "left_behind": Target(left_behind, seeds.left_behind, json_mutator, 10_000),
    "manifest": Target(manifest, seeds.manifests, json_mutator, 8_000),
    "cursor": Target(cursor, seeds.cursors, None, 20_000),
    "upload_headers": Target(upload_headers, seeds.headers, json_mutator, 10_000),
    "sealed_photo": Target(sealed_photo, seeds.sealed_photos, json_mutator, 3_000),
    "book_text": Target(book, seeds.texts, None, 1_500),
    "book_workbook": Target(book, seeds.workbooks, zip_mutator, 500),
    "mapping": Target(mapping, seeds.mappings, json_mutator, 2_000),
    "sound": Target(sound, seeds.sounds, None, 5_000),
    "photo": Target(photo, seeds.photos, None, 300),
}
