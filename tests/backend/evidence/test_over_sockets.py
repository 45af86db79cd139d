"""OF-5: do uploads survive a broken connection and a killed server, and does a client that others wrote get through?"""

import asyncio
import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from tusclient.client import TusClient

from backend.evidence import rules
from backend.kernel import files
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.evidence.conftest import OWN, sign_in
from tests.backend.evidence.phones import JPEG, begin, name, offset_of, photo, send, states
from tests.faults.line import Weather, standing
from tests.world import World

ROOT = Path(__file__).resolve().parents[3]
PEERS = ROOT / "tests" / "peers"
NODE = str(Path(sys.executable).with_name("node"))
START_TIMEOUT_S = 60
UPLOAD_TIMEOUT_S = 300


class Server:
    """The API as a process; it comes back on the same port, so that a phone finds it again."""

    def __init__(self, url: str, data_dir: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.words = [url, str(data_dir), str(self.port)]
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait until it listens."""
        command = [sys.executable, "-m", "tests.backend.evidence.server", *self.words]
        self.process = subprocess.Popen(command, cwd=ROOT)  # noqa: ASYNC220 - returns at once
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server ended by itself"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            await asyncio.sleep(0.05)
        raise AssertionError("the server did not start in time")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=20)
            self.process = None


@pytest.fixture
async def server(url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """Start a server of this test's own."""
    one = Server(url, tmp_path)
    await one.start()
    yield one
    one.kill()


@pytest.fixture
async def far_phone(server: Server, database: Database, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Give a phone that reaches the server over a real connection."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=OWN) as client:
        await sign_in(client, database, world, world.mei)
        yield client


def half_a_piece(phone: httpx.AsyncClient, place: str, offset: int, piece: bytes, arrives: int) -> socket.socket:
    """Send the head of a PATCH and the first bytes of its body; the connection stays open."""
    address = urlsplit(str(phone.base_url))
    cookies = "; ".join(f"{key}={value}" for key, value in phone.cookies.items())
    lines = [
        f"PATCH {place} HTTP/1.1", f"Host: {address.netloc}", "Tus-Resumable: 1.0.0", f"Upload-Offset: {offset}",
        "Content-Type: application/offset+octet-stream", f"Content-Length: {len(piece)}", "X-Rounds: 1",
        f"Cookie: {cookies}",
    ]  # fmt: skip
    connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=10)
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + piece[:arrives])
    return connection


async def until(offset: int, phone: httpx.AsyncClient, place: str) -> int:
    """Ask until the upload stands at `offset`, at most 10 s; returns where it stands."""
    found = -1
    for _ in range(200):
        found = await offset_of(phone, place)
        if found == offset:
            break
        await asyncio.sleep(0.05)
    return found


async def test_a_broken_connection_costs_nothing_that_arrived(far_phone: httpx.AsyncClient) -> None:
    content = photo(300_000, new_id().hex)
    place = await begin(far_phone, content)
    half_a_piece(far_phone, place, 0, content, 123_456).close()
    assert await until(123_456, far_phone, place) == 123_456
    answer = await send(far_phone, place, 123_456, content[123_456:])
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "300000")


async def test_a_killed_server_costs_at_most_one_piece(
    server: Server, far_phone: httpx.AsyncClient, database: Database, job_database: Database, world: World,
    tmp_path: Path,
) -> None:  # fmt: skip
    """Kill -9 in the middle of a piece and right behind one; what was acknowledged is there each time."""
    content = photo(400_000, new_id().hex)
    evidence_id = await name(database, world, content)
    place = await begin(far_phone, content)
    assert (await send(far_phone, place, 0, content[:100_000])).status_code == 204
    for arrives in (50_000, 100_000):
        offset = await offset_of(far_phone, place)
        piece = content[offset : offset + 100_000]
        connection = half_a_piece(far_phone, place, offset, piece, arrives)
        server.kill()
        connection.close()
        await server.start()
        assert await offset_of(far_phone, place) in (offset, offset + len(piece))
    offset = await offset_of(far_phone, place)
    assert offset >= 100_000
    assert (await send(far_phone, place, offset, content[offset:])).status_code == 204
    assert await states(job_database, world) == {evidence_id: "stored"}
    key = rules.key_of(world.tenant_id, hashlib.sha256(content).digest())
    assert await files.read(files.open_files("", tmp_path), key) == content


async def test_a_client_that_others_wrote_uploads_and_resumes(
    far_phone: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    """tuspy, on its own: some pieces, then a new client that goes on from the address alone."""
    content = photo(700_001, new_id().hex)
    digest = hashlib.sha256(content)
    photo_file = tmp_path / "photo.jpg"
    photo_file.write_bytes(content)
    cookies = "; ".join(f"{key}={value}" for key, value in far_phone.cookies.items())
    client = TusClient(f"{far_phone.base_url}/v1/uploads", headers=OWN | {"Cookie": cookies})
    metadata = {"sha256": digest.hexdigest(), "type": "image/jpeg", "filename": "photo.jpg"}

    def first_part() -> str:
        uploader = client.uploader(str(photo_file), chunk_size=65_536, metadata=metadata)
        uploader.upload(stop_at=200_000)
        return str(uploader.url)

    def rest(place: str) -> int:
        uploader = client.uploader(str(photo_file), chunk_size=65_536, url=place)
        begins_at = int(uploader.offset)
        uploader.upload()
        return begins_at

    place = await asyncio.to_thread(first_part)
    begins_at = await asyncio.to_thread(rest, place)
    assert 200_000 <= begins_at < 700_001
    stored = await files.read(files.open_files("", tmp_path), rules.key_of(world.tenant_id, digest.digest()))
    assert hashlib.sha256(stored).digest() == digest.digest()


class Uploaded(msgspec.Struct, frozen=True):
    """What the other client says of an upload: its address, breaks of the line, accepted offsets."""

    address: str
    cuts: int
    offsets: list[int]


async def upload_by_javascript(phone: httpx.AsyncClient, port: int, file: Path) -> Uploaded:
    """Let tus-js-client upload a file through a port; raises RuntimeError with its own words."""
    if not (PEERS / "node_modules" / "tus-js-client").is_dir():
        raise RuntimeError("the peers of the tests are missing: run `make setup-tests`")
    cookies = "; ".join(f"{key}={value}" for key, value in phone.cookies.items())
    headers = msgspec.json.encode(OWN | {"Cookie": cookies}).decode()
    sha256 = hashlib.sha256(await asyncio.to_thread(file.read_bytes)).hexdigest()
    process = await asyncio.create_subprocess_exec(
        NODE, "upload.mjs", f"http://127.0.0.1:{port}/v1/uploads", str(file), sha256, headers,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PEERS,
    )  # fmt: skip
    said, error = await asyncio.wait_for(process.communicate(), timeout=UPLOAD_TIMEOUT_S)
    if process.returncode != 0:
        raise RuntimeError(error.decode())
    return msgspec.json.decode(said, type=Uploaded)


async def test_a_second_client_of_others_comes_through_a_line_that_breaks_at_any_byte(
    server: Server, far_phone: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    """OF-5: tus-js-client, connections lost and cut at random bytes: equal SHA-256, and no offset ever goes back."""
    cuts = 0
    async with standing(seed=5) as line:
        line.target_port, line.weather = server.port, Weather(lost=0.1, cut=1.0, cut_bytes_max=200_000)
        for number, size_bytes in enumerate((1, 65_536, 65_537, 700_001, 3_000_000)):
            content = photo(max(size_bytes, len(JPEG)), new_id().hex)
            file = tmp_path / f"{number}.jpg"
            file.write_bytes(content)
            done = await upload_by_javascript(far_phone, line.port, file)
            cuts += done.cuts
            assert done.offsets == sorted(set(done.offsets))
            digest = hashlib.sha256(content).digest()
            stored = await files.read(files.open_files("", tmp_path), rules.key_of(world.tenant_id, digest))
            assert hashlib.sha256(stored).digest() == digest
    assert cuts >= 20, "the line was too good to prove anything"
    assert line.counts["cut"] >= 10
