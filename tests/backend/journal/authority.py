"""Which authority stamps in tests? OpenSSL's own (`openssl ts`) behind a real HTTP server on this machine."""

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

type_key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


def make_key(kind: str) -> type_key:
    """Make a private key: rsa or ec."""
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


class OpenSslAuthority:
    """An authority in a folder: a root, a certificate for stamps under it, and a serial number."""

    def __init__(self, folder: Path, *, key: str = "rsa", ess: str = "sha256", is_for_stamps: bool = True) -> None:
        self.folder = folder
        self.root_key = make_key("ec")
        self.root = self._certificate("Root of stamps", self.root_key, is_for_stamps=None)
        stamp_key = make_key(key)
        self.signer = self._certificate("Stamps", stamp_key, is_for_stamps=is_for_stamps)
        for name, one in (("root.pem", self.root), ("tsa.pem", self.signer)):
            (folder / name).write_bytes(one.public_bytes(Encoding.PEM))
        secret = stamp_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "tsa.key").write_bytes(secret)
        (folder / "serial").write_text("01\n")
        (folder / "ts.cnf").write_text(CONFIG.format(folder=folder, ess=ess))

    @property
    def roots(self) -> Path:
        """The file with the root certificate."""
        return self.folder / "root.pem"

    def _certificate(self, name: str, key: type_key, *, is_for_stamps: bool | None) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root of stamps")])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=is_for_stamps is None, path_length=None), critical=True)
        )  # fmt: skip
        if is_for_stamps is not None:
            purpose = ExtendedKeyUsageOID.TIME_STAMPING if is_for_stamps else ExtendedKeyUsageOID.CODE_SIGNING
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        return builder.sign(self.root_key, hashes.SHA256())

    def finds_good(self, text: str, response: bytes) -> bool:
        """Tell whether `openssl ts -verify` finds a stamp good for a text."""
        (self.folder / "text").write_text(text)
        (self.folder / "text.tsr").write_bytes(response)
        done = subprocess.run(
            ["openssl", "ts", "-verify", "-data", self.folder / "text", "-in", self.folder / "text.tsr", "-CAfile",
             self.roots], check=False, capture_output=True, timeout=20,
        )  # fmt: skip
        return done.returncode == 0

    def answer(self, query: bytes) -> bytes:
        """Answer a question as `openssl ts -reply` does."""
        with tempfile.NamedTemporaryFile(dir=self.folder) as asked:
            asked.write(query)
            asked.flush()
            done = subprocess.run(
                ["openssl", "ts", "-reply", "-config", self.folder / "ts.cnf", "-queryfile", asked.name],
                check=True, capture_output=True, timeout=20,
            )  # fmt: skip
        return done.stdout

    def stamp(self, text: str) -> bytes:
        """Stamp a text by OpenSSL alone, question and answer."""
        question = subprocess.run(
            ["openssl", "ts", "-query", "-sha256", "-cert", "-data", "/dev/stdin"],
            input=text.encode(), check=True, capture_output=True, timeout=20,
        )  # fmt: skip
        return self.answer(question.stdout)


@asynccontextmanager
async def serving(authority: OpenSslAuthority, faults: list[str] | None = None) -> AsyncIterator[str]:
    """Serve an authority over HTTP and give its address; each word in `faults` spoils one answer, in order."""

    async def reply(request: web.Request) -> web.StreamResponse:
        body = await asyncio.to_thread(authority.answer, await request.read())
        fault = faults.pop(0) if faults else ""
        if fault == "busy":
            return web.Response(status=503)
        if fault == "page":
            return web.Response(text="<h1>welcome</h1>", content_type="text/html")
        if fault == "away":
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"})
        spoilt = {"cut": body[:-9], "long": b"\0" * 70_000, "old": authority.stamp("another text")}
        return web.Response(body=spoilt.get(fault, body), content_type="application/timestamp-reply")

    app = web.Application()
    app.router.add_post("/", reply)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/"
    finally:
        await runner.cleanup()
