"""Where does the fuzzer begin? At one example of everything that may be sent, made from its description."""

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import openpyxl
from msgspec import inspect

from backend.evidence.manifests import Manifest
from backend.evidence.schemas import PhotoTaken
from backend.integrations.shipped import FOLDER
from backend.sync.mutations import MUTATIONS
from tests.backend.evidence import recordings, shots

RECORDED = Path(__file__).parents[1] / "backend" / "sync" / "recorded"
DEVICE = UUID("01936f4e-0000-7000-8000-0000000000de")
CASE = UUID("01936f4e-0000-7000-8000-0000000000ca")
AT = "2026-11-24T16:00:00+08:00"
DIGEST = "ab" * 32
_TEXTS = {
    "manifest": "{}", "signature": "A" * 86 + "==", "result": "NOT_HOME", "party": "nobody", "case_id": str(CASE),
    "device_id": str(DEVICE),
}  # fmt: skip


_OF_PATTERN = ("text", DIGEST, DIGEST[:16], "CNY", "image/jpeg", "audio/webm", "image/png")
"""The first of them that fits is an example of a text with a pattern."""


def example(type_: object, name: str = "") -> object:
    """Return a value of a type as JSON holds it; the longer choice of a union, so that what is optional is there."""
    told = type_ if isinstance(type_, inspect.Type) else inspect.type_info(type_)
    match told:
        case inspect.UnionType():
            kinds = [one for one in told.types if not isinstance(one, inspect.NoneType)]
            return example(kinds[-1], name)
        case inspect.StructType():
            return {field.encode_name: example(field.type, field.encode_name) for field in told.fields}
        case inspect.ListType():
            return [example(told.item_type, name)]
        case inspect.DictType():
            return {str(example(told.key_type)): example(told.value_type)}
        case inspect.EnumType():
            return next(iter(told.cls)).value
        case inspect.LiteralType():
            return told.values[0]
        case _:
            return _plain(told, name)


def _plain(told: inspect.Type, name: str) -> object:
    """Return a value of a type without parts."""
    plain: dict[type[inspect.Type], object] = {
        inspect.BoolType: False, inspect.IntType: 1, inspect.FloatType: 1.5, inspect.DateTimeType: AT,
        inspect.DateType: "2026-11-27", inspect.UUIDType: str(DEVICE), inspect.RawType: {},
        inspect.AnyType: {}, inspect.NoneType: None,
    }  # fmt: skip
    if name in _TEXTS:
        return _TEXTS[name]
    if isinstance(told, inspect.StrType):
        fitting = (text for text in _OF_PATTERN if told.pattern is None or re.search(told.pattern, text))
        return next(fitting).ljust(told.min_length or 0, "x")
    return plain[type(told)]


def batch(*items: tuple[str, int, object]) -> bytes:
    """Return a batch of (kind, schema, body)."""
    mutations = [
        {
            "id": f"01936f4e-0000-7000-8000-{n:012d}", "seq": n, "kind": kind, "schema": schema, "occurred_at": AT,
            "clock_offset_ms": 0, "body": body,
        }
        for n, (kind, schema, body) in enumerate(items, start=1)
    ]  # fmt: skip
    return json.dumps(
        {"device_id": str(DEVICE), "app_version": "1", "sent_at": AT, "unsent_count": 0, "mutations": mutations}
    ).encode()


def batches() -> Iterator[bytes]:
    """Give a batch of every kind and schema: the present one by its description, older ones as they were recorded."""
    present = [(name, kind.schema, example(kind.body)) for name, kind in MUTATIONS.items()]
    for path in sorted(RECORDED.glob("*.json")):
        present += [(item["kind"], item["schema"], item["body"]) for item in json.loads(path.read_text("utf-8"))]
    yield from (batch(one) for one in present)
    yield batch(*present[:4])
    sealed = {"sealed": {"envelope": str(DEVICE), "iv": "AAAA", "data": "AAAA"}}
    yield batch(("visit.record", 1, sealed))


def left_behind() -> Iterator[bytes]:
    """Give a batch with a proof."""
    proof = {"nonce": "n" * 24, "signature": _TEXTS["signature"]}
    yield from (json.dumps(proof | {"batch": json.loads(one)}).encode() for one in batches())


def manifests() -> Iterator[bytes]:
    """Give a manifest and the photo that it signs."""
    yield json.dumps({"manifest": example(Manifest), "photo": example(PhotoTaken)}).encode()


def headers() -> Iterator[bytes]:
    """Give the headers that announce a plain and a sealed photo."""
    sealed = json.dumps(
        {"box_key_id": "ab", "epk": "AAAA", "iv": "AAAA", "wrapped": "AAAA", "prefix": "AA", "size": 84}
    )
    plain = {"sha256": DIGEST, "type": "image/jpeg"}
    for pairs in (plain, plain | {"sealed": sealed}, plain | {"filename": "a.jpg"}):
        told = [f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items()]
        yield json.dumps({"length": "100", "offset": "0", "metadata": pairs, "raw": ",".join(told)}).encode()


def sealed_photos() -> Iterator[bytes]:
    """Give photos to seal, with what is done to them on the way: nothing, a bit turned, a header changed."""
    for size, turned, changes in ((100, None, {}), (70_000, 65_540, {}), (64, None, {"size": 65})):
        yield json.dumps({"size": size, "turned": turned, "cut": 0, "header": changes}).encode()


def texts() -> Iterator[bytes]:
    """Give small books as text: delimiters, encodings, quotes over lines, JSON lines."""
    lines = '客户编号,姓名,金额,到期日,电话\nC1,王小雨,1200.50,2026-11-24,13800138000\nC2,"a\nb",1,2026/1/2,x\n'
    yield lines.encode()
    yield lines.replace(",", ";").encode("gb18030")
    yield lines.encode("utf-16")
    yield b"sep=|\na|b\n1|2\n"
    yield b'{"ref": "A", "x": 0.10, "who": {"name": "Li"}, "tags": ["a"]}\nnonsense\n'
    yield b'[{"a": 1},\n{"a": 2}]\n'
    yield b"PAR1\0\0\0\0PAR1"


def workbooks() -> Iterator[bytes]:
    """Give a small workbook with text, numbers, a day and a formula."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (("编号", "姓名", "金额"), ("C1", "王小雨", 12.5), ("C2", "=A2", None)):
        sheet.append(row)
    book.save(out)
    yield out.getvalue()


def mappings() -> Iterator[bytes]:
    """Give the mappings that ship."""
    yield from (path.read_bytes() for path in sorted(FOLDER.glob("*.json")))


def cursors() -> Iterator[bytes]:
    """Give a place in the stream of changes."""
    told = {"e": str(DEVICE), "x": 7, "i": str(CASE), "p": None}
    yield base64.urlsafe_b64encode(msgspec.json.encode(told))


def photos() -> Iterator[bytes]:
    """Give small pictures of each kind, and those made to hurt; not the bombs, which are large."""
    scene = shots.scene(60, 40)
    yield from (shots.encoded(scene, kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF"))
    yield shots.with_exif(scene, "2026:11:24 09:05:00", (30.0, 15.0, 0.0), (120.0, 9.0, 0.0))
    yield from (content for content in shots.hostile().values() if len(content) < 100_000)


def sounds() -> Iterator[bytes]:
    """Give a short recording of each kind."""
    yield from (recordings.webm(0.5), recordings.ogg(), recordings.mp4())


Seeds = Callable[[], Iterator[bytes]]
