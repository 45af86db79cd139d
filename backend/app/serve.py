"""How do the app's own files reach a browser? From a copy of the build in the data folder, compressed once.

The copy is made when a build is first seen, in one piece: a rebuild under a running server never mixes two versions.
The build before it is kept, so that a tab that was open all day still finds its lazy parts. Only files that were found
when the copy was made can be asked for, so no path leads out of it. The security headers come from `kernel/web.py`.
"""

import asyncio
import gzip
import hashlib
import os
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import brotli
import msgspec
from litestar import HttpMethod, route
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from backend.kernel.parts import part_of
from backend.kernel.problems import NOT_FOUND, Problem

LOOK_EVERY_S = 2.0
IN_MEMORY_BYTES_MAX = 2**20
READ_BYTES = 2**18
# Of 11 levels: the last two percent of size would cost three times the time (1.1 MB map library: 1.7 s, not 0.7 s).
BROTLI_LEVEL = 10
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".geojson": "application/geo+json",
    ".pmtiles": "application/vnd.pmtiles",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8",
}
COMPRESSED = frozenset({".html", ".js", ".mjs", ".css", ".json", ".webmanifest", ".geojson", ".svg", ".wasm", ".txt"})
IN_PARTS = frozenset({".pmtiles", ".geojson"})
NEVER_OLD = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Rounds</title>
<h1>The app has not been built yet</h1><p>Run <code>make setup</code> in the checkout, then reload this page.</p>
<h1 lang="zh-CN">应用尚未构建</h1><p lang="zh-CN">请在代码目录中运行 <code>make setup</code>,然后刷新本页。</p>
""".encode()

_QUALITY = re.compile(r"\s*([a-z*]+)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class Form(msgspec.Struct, frozen=True):
    """One form of a file's bytes, plain or compressed; small ones are kept in memory."""

    path: Path
    size_bytes: int
    etag: str
    content: bytes | None


class Entry(msgspec.Struct, frozen=True):
    """A file that may be asked for; `packed` holds its compressed forms by the name of the coding."""

    media_type: str
    cache_control: str
    takes_range: bool
    plain: Form
    packed: dict[str, Form]


class Build(msgspec.Struct, frozen=True):
    """The files of a build by address, with what the folder looked like when it was copied."""

    looked: tuple[tuple[str, int, int], ...]
    entries: dict[str, Entry]


class Site(msgspec.Struct):
    """What one process serves: the newest whole build, looked for again every two seconds."""

    dist: Path
    cache: Path
    build: Build | None
    looked_at_s: float
    making: asyncio.Lock


def site_handler(dist: Path, cache: Path) -> HTTPRouteHandler:
    """Return the handler of everything that is not the API; `cache` is a folder of its own, for copies of builds.

    It is a route with a path parameter, not a mount: a mount at "/" swallows every route that has a parameter itself
    (/v1/uploads/{upload_id}), because the framework matches mounts first.
    """
    site = Site(dist=dist, cache=cache, build=None, looked_at_s=0.0, making=asyncio.Lock())

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            raise Problem(NOT_FOUND)
        build = await _newest(site)
        if build is None:
            headers = {"content-type": MEDIA_TYPES[".html"], "cache-control": "no-store", "retry-after": "10"}
            await _answer(scope, send, 503, headers, NOT_BUILT)
            return
        await _serve(_entry(build, scope["path"]), scope, send)

    @route(
        ["/", "/{path:path}"],
        http_method=[HttpMethod.GET, HttpMethod.HEAD],
        opt={"public": "the app itself, before sign-in", "uncompressed": True},
        include_in_schema=False,
    )
    async def serve_site() -> ASGIApp:
        return answer

    return serve_site


async def _newest(site: Site) -> Build | None:
    """Return the build to serve; while a new one is being copied, everybody else still gets the one before."""
    if site.build is not None and (time.monotonic() - site.looked_at_s < LOOK_EVERY_S or site.making.locked()):
        return site.build
    async with site.making:
        looked = look(site.dist)
        if looked and (site.build is None or looked != site.build.looked):
            site.build = await asyncio.to_thread(copy_build, site.dist, site.cache, looked) or site.build
        site.looked_at_s = time.monotonic()
    return site.build


def look(dist: Path) -> tuple[tuple[str, int, int], ...]:
    """Return names, sizes and times of a build's files; empty when it is missing or its last step is not done."""
    try:
        found = sorted(
            (path.relative_to(dist).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
            for path in dist.rglob("*")
            if path.is_file() and not path.is_symlink()
        )
    except FileNotFoundError:
        return ()  # a build is clearing the folder at this moment
    names = {name for name, _, _ in found}
    return tuple(found) if {"index.html", "sw.js"} <= names else ()


def copy_build(dist: Path, cache: Path, looked: tuple[tuple[str, int, int], ...]) -> Build | None:
    """Copy and compress a build under the name of its content; None when it changed meanwhile (it is seen again)."""
    cache.mkdir(parents=True, exist_ok=True)
    fresh = cache / f".{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    digest = hashlib.sha256()
    try:
        for name, _, _ in looked:
            content = (dist / name).read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except FileNotFoundError:
        return None
    if look(dist) != looked:
        return None
    kept = cache / digest.hexdigest()[:16]
    if kept.exists():
        shutil.rmtree(fresh)
    else:
        _compress(fresh, [name for name, _, _ in looked])
        fresh.rename(kept)
    os.utime(kept)
    return Build(looked=looked, entries=_with_the_one_before(cache, kept))


def _compress(folder: Path, names: list[str]) -> None:
    for name in names:
        path = folder / name
        if path.suffix not in COMPRESSED:
            continue
        content = path.read_bytes()
        for packed, suffix in ((brotli.compress(content, quality=BROTLI_LEVEL), ".br"), (_gzip(content), ".gz")):
            if len(packed) < len(content):
                path.with_name(path.name + suffix).write_bytes(packed)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def _with_the_one_before(cache: Path, kept: Path) -> dict[str, Entry]:
    """Return the entries of a copy, and the hashed parts of the newest other one; older copies are removed."""
    others = sorted(
        (path for path in cache.iterdir() if path != kept and not path.name.startswith(".")),
        key=lambda path: path.stat().st_mtime,
    )
    for path in others[:-1]:
        shutil.rmtree(path)
    entries: dict[str, Entry] = {}
    for before in others[-1:]:
        entries |= {address: one for address, one in _entries(before).items() if address.startswith("/assets/")}
    return entries | _entries(kept)


def _entries(folder: Path) -> dict[str, Entry]:
    packed = {suffix for _, suffix in _ENCODINGS}
    plain = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in packed]
    return {f"/{path.relative_to(folder).as_posix()}": _read(folder, path) for path in plain}


def _read(folder: Path, path: Path) -> Entry:
    name = path.relative_to(folder).as_posix()
    cache_control = AN_HOUR
    if name.startswith("assets/"):
        cache_control = FOR_EVER
    elif path.suffix in {".html", ".js", ".webmanifest"}:
        cache_control = NEVER_OLD
    forms = {coding: path.with_name(path.name + suffix) for coding, suffix in _ENCODINGS}
    return Entry(
        media_type=MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        cache_control=cache_control,
        takes_range=path.suffix in IN_PARTS,
        plain=_form(path),
        packed={coding: _form(form) for coding, form in forms.items() if form.exists()},
    )


def _form(path: Path) -> Form:
    size_bytes = path.stat().st_size
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    content = path.read_bytes() if size_bytes <= IN_MEMORY_BYTES_MAX else None
    return Form(path=path, size_bytes=size_bytes, etag=f'"{digest[:20]}"', content=content)


def _entry(build: Build, path: str) -> Entry:
    """Return the file of a path. A path whose last part has no dot is a screen, and every screen is index.html."""
    entry = build.entries.get("/index.html" if "." not in path.rsplit("/", 1)[-1] else path)
    if entry is None:
        raise Problem(NOT_FOUND)
    return entry


async def _serve(entry: Entry, scope: HTTPScope, send: Send) -> None:
    asked = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    wants_part = entry.takes_range and "range" in asked
    coding = None if wants_part else choose(asked.get("accept-encoding", ""), entry.packed)
    form = entry.plain if coding is None else entry.packed[coding]
    headers = {"content-type": entry.media_type, "cache-control": entry.cache_control, "etag": form.etag}
    if entry.packed:
        headers["vary"] = "accept-encoding"
    if coding is not None:
        headers["content-encoding"] = coding
    if entry.takes_range:
        headers["accept-ranges"] = "bytes"
    if is_known(asked.get("if-none-match", ""), form.etag):
        await _answer(scope, send, 304, headers, None)
        return
    part = (0, form.size_bytes)
    if wants_part and asked.get("if-range", form.etag) == form.etag:
        found = part_of(asked["range"], form.size_bytes)
        if found is None:
            headers["content-range"] = f"bytes */{form.size_bytes}"
            await _answer(scope, send, 416, headers, b"")
            return
        part = found
    status = 200 if part == (0, form.size_bytes) else 206
    if status != 200:  # noqa: PLR2004 - the two statuses stand side by side
        headers["content-range"] = f"bytes {part[0]}-{part[1] - 1}/{form.size_bytes}"
    await _send_part(scope, send, (status, headers), form, part)


def choose(accept_encoding: str, packed: Mapping[str, Form]) -> str | None:
    """Return the coding to use, Brotli before gzip; one that is weighed 0 is refused (RFC 9110, 12.5.3)."""
    weights = {}
    for item in accept_encoding.lower().split(","):
        match = _QUALITY.fullmatch(item)
        if match is not None:
            weights[match[1]] = float(match[2] or 1)
    fitting = [coding for coding, _ in _ENCODINGS if coding in packed and weights.get(coding, weights.get("*", 0)) > 0]
    return fitting[0] if fitting else None


def is_known(if_none_match: str, etag: str) -> bool:
    """Tell whether the browser has this form already."""
    known = {item.strip().removeprefix("W/") for item in if_none_match.split(",")}
    return etag in known or "*" in known


async def _send_part(
    scope: HTTPScope, send: Send, start: tuple[int, dict[str, str]], form: Form, part: tuple[int, int]
) -> None:
    status, headers = start
    first, end = part
    if form.content is not None:
        await _answer(scope, send, status, headers, form.content[first:end])
        return
    with form.path.open("rb") as handle:
        await _start(send, status, headers | {"content-length": str(end - first)})
        handle.seek(first)
        while scope["method"] == "GET" and first < end:
            content = await asyncio.to_thread(handle.read, min(READ_BYTES, end - first))
            first += len(content)
            await send({"type": "http.response.body", "body": content, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _answer(scope: HTTPScope, send: Send, status: int, headers: dict[str, str], content: bytes | None) -> None:
    """Send a whole answer; without content there is no length either (304)."""
    length = {} if content is None else {"content-length": str(len(content))}
    await _start(send, status, headers | length)
    body = b"" if content is None or scope["method"] == "HEAD" else content
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _start(send: Send, status: int, headers: dict[str, str]) -> None:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
