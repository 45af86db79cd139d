"""A company's OpenID provider on this machine: a real HTTP server with real tokens, that can lie about each thing."""

import hashlib
import secrets
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT_ID, CLIENT_SECRET = "rounds-of-tests", "a secret: with/signs"


class Company(msgspec.Struct):
    """The provider: who is signed in at it, what else its tokens say, and what it was asked."""

    issuer: str
    key: ECKey
    claims: dict[str, object] = msgspec.field(default_factory=dict)
    header: dict[str, object] = msgspec.field(default_factory=dict)
    description: dict[str, object] = msgspec.field(default_factory=dict)
    codes: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    asked: list[str] = msgspec.field(default_factory=list)
    signing_key: ECKey | None = None
    is_down: bool = False

    def describes(self) -> dict[str, object]:
        """Give the description of OpenID Connect Discovery."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.description,
        }

    def authorize(self, url: str) -> str:
        """Sign the person in, as the browser would have it done; returns where it is sent back to."""
        words = {name: found[0] for name, found in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = words
        return f"{words['redirect_uri']}?{urlencode({'code': code, 'state': words['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, object] | None:
        """Give an ID token for a code, once, to the client that has secret and verifier."""
        words = self.codes.pop(form.get("code", ""), None)
        pair = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if words is None or (unquote(pair[0]), unquote(pair[2])) != (CLIENT_ID, CLIENT_SECRET):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        is_own = words["code_challenge"] == urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not is_own or form.get("redirect_uri") != words["redirect_uri"]:
            return None
        now = int(time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "subject-1", "iat": now, "exp": now + 300,
            "nonce": words["nonce"], **self.claims,
        }  # fmt: skip
        header = {"alg": "ES256", "kid": self.key.kid, **self.header}
        return {"token_type": "Bearer", "id_token": jwt.encode(header, claims, self.signing_key or self.key)}


class _Handler(BaseHTTPRequestHandler):
    company: Company

    def log_message(self, *_args: object) -> None:
        """Say nothing: the test speaks."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.company.asked.append(path)
        if path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.company.authorize(self.path))
            self.end_headers()
            return
        keys = KeySet([self.company.key]).as_dict(private=False)
        self._answer({"/.well-known/openid-configuration": self.company.describes(), "/keys": dict(keys)}.get(path))

    def do_POST(self) -> None:
        self.company.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: found[0] for name, found in parse_qs(body).items()}
        self._answer(self.company.token(form, self.headers.get("Authorization", "")))

    def _answer(self, told: dict[str, object] | None) -> None:
        content = msgspec.json.encode(told)
        self.send_response(500 if self.company.is_down else 400 if told is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def company_of() -> Iterator[Company]:
    """Give a provider that answers, on a free port of this machine."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    company = Company(issuer=f"http://localhost:{server.server_address[1]}", key=ECKey.generate_key(auto_kid=True))
    handler.company = company  # type: ignore[attr-defined]  # the server makes one of these a request
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield company
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
