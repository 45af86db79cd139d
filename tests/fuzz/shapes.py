"""How does an input stay of a shape that gets through the first gate, and is still odd? Mutators, by a seed.

The readers of JSON, zip and AES are compiled: the fuzzer sees no branch of theirs, so bytes turned at random end at
them. What changes here is what stands inside: a value of a JSON document, a part of a workbook. One in eight inputs is
turned byte by byte all the same, because the first gate must hold too.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from random import Random

import atheris

Mutator = Callable[[bytes, int, int], bytes]
"""(input, longest length, seed) to another input."""

Way = tuple[str | int, ...]
"""Keys and places that lead to a part of a document."""

WAYS_MAX = 2000
BLIND_SHARE = 8
CHANGES_MAX = 3
NESTED = 1500
"""Deeper than any reader follows."""

TEXTS = (
    "", "\0", "\ud800", "\u202e王", "é", "1 " * 2000, "4111 1111 1111 1111", "%", "=1+1", "../../etc/passwd", "CNY",
    "00000000-0000-0000-0000-000000000000", "01936f4e-0000-7000-8000-000000000000", "2026-11-24", "2026-11-24T08:00:00",
    "2026-11-24T08:00:00+08:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-12:00",
)  # fmt: skip
LEAVES: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**15, 10**30, 0.1, -0.0, 1e308, float("inf"),
    float("nan"), *TEXTS, [], {}, [[]], {"": {}},
)  # fmt: skip


def json_mutator(data: bytes, size_max: int, seed: int) -> bytes:
    """Change some values of a JSON document; what is no JSON, and one in eight, byte by byte."""
    random = Random(seed)  # noqa: S311 - inputs, not secrets
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return blind(data, size_max)
    if random.randrange(BLIND_SHARE) == 0:
        return blind(data, size_max)
    for _ in range(random.randint(1, CHANGES_MAX)):
        value = changed(value, random)
    text = json.dumps(value)
    if random.randrange(4 * BLIND_SHARE) == 0:
        text = text.replace("null", "[" * NESTED + "]" * NESTED, 1)
    return text.encode()[:size_max]


def blind(data: bytes, size_max: int) -> bytes:
    """Let the fuzzer turn bytes as it likes."""
    return bytes(atheris.Mutate(data, size_max))


def zip_mutator(data: bytes, size_max: int, seed: int) -> bytes:
    """Change one part inside an archive and pack it again; what is no archive, and one in eight, byte by byte."""
    random = Random(seed)  # noqa: S311 - inputs, not secrets
    if random.randrange(BLIND_SHARE) == 0:
        return blind(data, size_max)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError, RuntimeError):
        return blind(data, size_max)
    if not parts:
        return blind(data, size_max)
    # Most of a book is in its sheets.
    sheets = [n for n, (name, _) in enumerate(parts) if "sheet" in name or "Strings" in name] or [0]
    place = random.choice(sheets) if random.random() < 0.8 else random.randrange(len(parts))
    parts[place] = (parts[place][0], blind(parts[place][1], size_max))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in dict(parts).items():
            archive.writestr(name, content)
    return out.getvalue()[:size_max]


def changed(whole: object, random: Random) -> object:
    """Return a document with one change at a random place: a part gone, there twice, or something else."""
    way = random.choice(_ways(whole))
    if not way:
        return _leaf(whole, whole, random)
    return _with(whole, way, random, whole)


def _ways(whole: object) -> list[Way]:
    """Return the way to every part of a document, at most so many."""
    ways: list[Way] = []
    left: list[tuple[Way, object]] = [((), whole)]
    while left and len(ways) < WAYS_MAX:
        way, part = left.pop()
        ways.append(way)
        if isinstance(part, dict):
            left += [((*way, key), inner) for key, inner in part.items()]
        elif isinstance(part, list):
            left += [((*way, place), inner) for place, inner in enumerate(part)]
    return ways


def _with(part: object, way: Way, random: Random, whole: object) -> object:
    """Return a part in which what stands at the end of the way was changed."""
    step, rest = way[0], way[1:]
    if isinstance(part, dict):
        inner = part[step]
        changed = _with(inner, rest, random, whole) if rest else _leaf(inner, whole, random)
        return part | {step: changed} if rest else _in_object(part, str(step), changed, random)
    if not isinstance(part, list) or not isinstance(step, int):
        raise TypeError("a way leads through lists and objects")
    changed = _with(part[step], rest, random, whole) if rest else _leaf(part[step], whole, random)
    return [*part[:step], changed, *part[step + 1 :]] if rest else _in_list(part, step, changed, random)


def _in_object(part: dict[str, object], key: str, changed: object, random: Random) -> dict[str, object]:
    """Return an object without a key, with its value under another one too, or with something else there."""
    match random.randrange(8):
        case 0:
            return {name: inner for name, inner in part.items() if name != key}
        case 1:
            return part | {str(random.choice(LEAVES)): part[key]}
        case _:
            return part | {key: changed}


def _in_list(part: list[object], place: int, changed: object, random: Random) -> list[object]:
    """Return a list without a part, with it there twice, or with something else there."""
    before, here, behind = part[:place], part[place], part[place + 1 :]
    match random.randrange(8):
        case 0:
            return [*before, *behind]
        case 1:
            return [*before, here, here, *behind]
        case _:
            return [*before, changed, *behind]


def _leaf(value: object, whole: object, random: Random) -> object:
    """Return something else in the place of a value, most times akin to it."""
    choice = random.randrange(8)
    if choice == 0:
        return _part(whole, random)
    if choice <= 3 and isinstance(value, str):
        return random.choice(TEXTS)
    if choice <= 5 and isinstance(value, str):
        return _edited(value, random)
    if choice <= 5 and isinstance(value, int) and not isinstance(value, bool):
        return value + random.choice((-1, 1, 2**16, -(2**31), 2**53))
    return random.choice(LEAVES)


def _edited(text: str, random: Random) -> str:
    """Return a text with a part left out, repeated many times, or another sign put in."""
    start = random.randint(0, len(text))
    end = min(len(text), start + random.randint(0, 8))
    match random.randrange(3):
        case 0:
            return text[:start] + text[end:]
        case 1:
            return text[:start] + text[start:end] * random.choice((2, 20, 1500)) + text[end:]
        case _:
            return text[:start] + random.choice(("\0", "1 ", "-", "*", "é", "王", '"', "%", "\ud83d", "/")) + text[end:]


def _part(whole: object, random: Random) -> object:
    """Return a random part of the document."""
    part = whole
    while isinstance(part, dict | list) and part and random.random() < 0.7:
        part = random.choice(list(part.values()) if isinstance(part, dict) else part)
    return part
