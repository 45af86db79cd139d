"""Does a browser get the app's files: compressed, cached rightly, whole versions only, and nothing else?"""

import gzip
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import httpx
import pytest
from litestar import Litestar, get
from litestar.params import FromPath

from backend.app import serve
from backend.app.serve import site_handler
from backend.kernel.web import EXCEPTION_HANDLERS, headers_hook
from tests.asgi import transport_to

SCRIPT = b"console.log('rounds');" * 400
PAGE = b"<!doctype html><title>Rounds</title>" + b"<p>x</p>" * 100
TILES = bytes(range(256)) * 8
TOWN = b'{"type":"FeatureCollection","features":[' + b"[0,0]," * 500 + b"[0,0]]}"


def write(folder: Path, name: str, content: bytes) -> None:
    """Write a file with the folders above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """Write a build of a few files, beside something that is nobody's business."""
    folder = tmp_path / "dist"
    for name, content in {
        "index.html": PAGE, "sw.js": b"self;" * 300, "manifest.en.webmanifest": b'{"name":"Rounds"}',
        "assets/index-abc.js": SCRIPT, "icon.svg": b"<svg/>", "map/town.pmtiles": TILES, "map/town.geojson": TOWN,
    }.items():  # fmt: skip
        write(folder, name, content)
    write(tmp_path, "secret.txt", b"secret")
    return folder


@get(["/v1/there", "/v1/there/{number:int}"], opt={"public": "a test"})
async def there(number: FromPath[int] = 0) -> str:
    """Stand for the API."""
    return f"api {number}"


@pytest.fixture
async def browser(dist: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Give a browser of the application; it asks for what the test says, uncompressed by default."""
    async with open_browser(dist, tmp_path / "site") as client:
        yield client


def open_browser(dist: Path, cache: Path) -> httpx.AsyncClient:
    """Put an application together as the product does, with a browser before it."""
    app = Litestar(
        route_handlers=[there, site_handler(dist, cache)],
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[headers_hook({"Content-Security-Policy": "default-src 'self'"}, is_https=False)],
        openapi_config=None,
        logging_config=None,
    )
    transport = transport_to(app)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers={"Accept-Encoding": "identity"})


async def raw(browser: httpx.AsyncClient, path: str, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
    """Return an answer with the bytes as they travelled."""
    async with browser.stream("GET", path, headers=headers) as answer:
        return answer, b"".join([piece async for piece in answer.aiter_raw()])


@pytest.mark.parametrize(
    ("path", "media_type", "cache_control", "content"),
    [
        ("/index.html", "text/html; charset=utf-8", "no-cache", PAGE),
        ("/", "text/html; charset=utf-8", "no-cache", PAGE),
        ("/case/0199-7", "text/html; charset=utf-8", "no-cache", PAGE),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache", b"self;" * 300),
        ("/manifest.en.webmanifest", "application/manifest+json", "no-cache", b'{"name":"Rounds"}'),
        ("/assets/index-abc.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", SCRIPT),
        ("/icon.svg", "image/svg+xml", "public, max-age=3600", b"<svg/>"),
        ("/map/town.geojson", "application/geo+json", "public, max-age=3600", TOWN),
    ],
)
async def test_each_file_has_its_type_and_its_life(
    browser: httpx.AsyncClient, path: str, media_type: str, cache_control: str, content: bytes
) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == cache_control
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.0,gzip;q=0", None),
        ("*", "br"),
        ("*;q=0", None),
        ("gzip, *;q=0", "gzip"),
        ("deflate", None),
        ("", None),
        ("br;q=two", None),
    ],
)
async def test_a_file_travels_in_the_best_form_that_is_accepted(
    browser: httpx.AsyncClient, accepts: str, coding: str | None
) -> None:
    answer, travelled = await raw(browser, "/assets/index-abc.js", {"Accept-Encoding": accepts})
    unpacked = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding](travelled)
    assert unpacked == SCRIPT
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(travelled)
    assert (len(travelled) < len(SCRIPT)) is (coding is not None)


async def test_what_does_not_get_smaller_travels_as_it_is(browser: httpx.AsyncClient) -> None:
    answer, travelled = await raw(browser, "/map/town.pmtiles", {"Accept-Encoding": "br"})
    assert travelled == TILES
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


@pytest.mark.parametrize("accepts", ["br", "identity"])
async def test_what_the_browser_has_is_not_sent_again(browser: httpx.AsyncClient, accepts: str) -> None:
    first = await browser.get("/index.html", headers={"Accept-Encoding": accepts})
    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again, travelled = await raw(browser, "/", {"Accept-Encoding": accepts, "If-None-Match": known})
        assert (again.status_code, travelled) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == "no-cache"
    changed = await browser.get("/", headers={"Accept-Encoding": accepts, "If-None-Match": '"other"'})
    assert changed.status_code == 200


async def test_two_forms_have_two_tags(browser: httpx.AsyncClient) -> None:
    tags = {(await browser.get("/", headers={"Accept-Encoding": one})).headers["etag"] for one in ("br", "gzip", "")}
    assert len(tags) == 3


@pytest.mark.parametrize(
    ("asked", "status", "content", "said"),
    [
        ("bytes=0-0", 206, TILES[:1], "bytes 0-0/2048"),
        ("bytes=100-199", 206, TILES[100:200], "bytes 100-199/2048"),
        ("bytes=2000-", 206, TILES[2000:], "bytes 2000-2047/2048"),
        ("bytes=2000-9999", 206, TILES[2000:], "bytes 2000-2047/2048"),
        ("bytes=-48", 206, TILES[2000:], "bytes 2000-2047/2048"),
        ("bytes=-9999", 200, TILES, None),
        ("bytes=0-2047", 200, TILES, None),
        ("bytes=2047-2047", 206, TILES[-1:], "bytes 2047-2047/2048"),
        ("bytes=2048-", 416, b"", "bytes */2048"),
        ("bytes=-0", 416, b"", "bytes */2048"),
        ("bytes=20-10", 416, b"", "bytes */2048"),
        ("bytes=0-1,5-6", 200, TILES, None),
        ("bytes=-", 200, TILES, None),
        ("lines=0-1", 200, TILES, None),
    ],
)
async def test_tiles_come_in_parts(
    browser: httpx.AsyncClient, asked: str, status: int, content: bytes, said: str | None
) -> None:
    answer = await browser.get("/map/town.pmtiles", headers={"Range": asked, "Accept-Encoding": "br"})
    assert (answer.status_code, answer.content) == (status, content)
    assert answer.headers.get("content-range") == said
    assert answer.headers["accept-ranges"] == "bytes"
    assert int(answer.headers["content-length"]) == len(content)


async def test_a_part_of_a_text_is_a_part_of_the_plain_text(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/map/town.geojson", headers={"Range": "bytes=5-14", "Accept-Encoding": "br"})
    assert (answer.status_code, answer.content) == (206, TOWN[5:15])
    assert "content-encoding" not in answer.headers


async def test_a_part_of_another_version_is_not_given(browser: httpx.AsyncClient) -> None:
    etag = (await browser.get("/map/town.pmtiles")).headers["etag"]
    same = await browser.get("/map/town.pmtiles", headers={"Range": "bytes=0-9", "If-Range": etag})
    other = await browser.get("/map/town.pmtiles", headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, other.status_code, other.content) == (206, 200, TILES)


async def test_scripts_come_whole(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/index-abc.js", headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (200, SCRIPT)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
        "http://localhost//secret.txt", "/secret.txt", "/assets/none.js", "/assets/index-abc.js.br", "/link.txt",
        "/assets/..%5c..%5csecret.txt", "/assets/index-abc.js%00.html", "/v1/nothing", "/v1",
    ],
)  # fmt: skip
async def test_nothing_else_is_there(browser: httpx.AsyncClient, dist: Path, path: str) -> None:
    (dist / "link.txt").symlink_to(dist.parent / "secret.txt")
    answer = await browser.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_api_keeps_its_own_paths(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/v1/there")).text == "api 0"
    assert (await browser.get("/v1/there/7")).text == "api 7"


async def test_head_has_the_headers_without_the_bytes(browser: httpx.AsyncClient) -> None:
    answer = await browser.head("/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(PAGE)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_files_are_only_read(browser: httpx.AsyncClient, method: str) -> None:
    answer = await browser.request(method, "/index.html")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


async def test_large_files_are_streamed(dist: Path, tmp_path: Path) -> None:
    content = os.urandom(serve.IN_MEMORY_BYTES_MAX + serve.READ_BYTES + 7)
    write(dist, "map/big.pmtiles", content)
    async with open_browser(dist, tmp_path / "site") as browser:
        whole = await browser.get("/map/big.pmtiles")
        part = await browser.get("/map/big.pmtiles", headers={"Range": "bytes=1000-600999"})
        head = await browser.head("/map/big.pmtiles")
    assert whole.content == content
    assert (part.status_code, part.content) == (206, content[1000:601_000])
    assert (head.content, head.headers["content-length"]) == (b"", str(len(content)))


async def test_a_missing_build_says_what_to_do_and_is_found_when_it_comes(tmp_path: Path) -> None:
    dist = tmp_path / "later"
    async with open_browser(dist, tmp_path / "site") as browser:
        answer = await browser.get("/")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert "make setup" in answer.text
        write(dist, "sw.js", b"self;")
        write(dist, "index.html", PAGE)
        assert (await browser.get("/")).content == PAGE


def age(browser_wait_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock that counts between two looks go on."""
    ahead = time.monotonic() + browser_wait_s
    monkeypatch.setattr(time, "monotonic", lambda: ahead)


async def test_a_new_build_is_served_whole_and_open_tabs_keep_their_parts(
    dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_browser(dist, tmp_path / "site") as browser:
        assert (await browser.get("/")).content == PAGE
        for turn, (name, before) in enumerate([("b", "abc"), ("c", "b")], start=1):
            (dist / "index.html").write_bytes(PAGE + name.encode())
            (dist / f"assets/index-{before}.js").unlink()
            write(dist, f"assets/index-{name}.js", SCRIPT)
            age(serve.LOOK_EVERY_S * 2 * turn, monkeypatch)
            assert (await browser.get("/")).content == PAGE + name.encode()
            assert (await browser.get(f"/assets/index-{name}.js")).status_code == 200
            assert (await browser.get(f"/assets/index-{before}.js")).content == SCRIPT
        assert (await browser.get("/assets/index-abc.js")).status_code == 404
    assert len(list((tmp_path / "site").iterdir())) == 2


async def test_a_build_that_is_not_finished_is_not_served(
    dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_browser(dist, tmp_path / "site") as browser:
        assert (await browser.get("/")).content == PAGE
        (dist / "index.html").write_bytes(b"half")
        (dist / "sw.js").unlink()
        age(serve.LOOK_EVERY_S * 2, monkeypatch)
        assert (await browser.get("/")).content == PAGE


async def test_a_second_start_uses_the_copy_of_the_first(dist: Path, tmp_path: Path) -> None:
    for _ in range(2):
        async with open_browser(dist, tmp_path / "site") as browser:
            answer, travelled = await raw(browser, "/assets/index-abc.js", {"Accept-Encoding": "br"})
            assert brotli.decompress(travelled) == SCRIPT
            assert answer.status_code == 200
    (kept,) = (tmp_path / "site").iterdir()
    assert (kept / "assets/index-abc.js.br").read_bytes() == travelled
