"""How do tests of the built app get it over HTTP, exactly as the product sends it?

A tiny server on a free port gives the files of a build with the headers of `pwa/csp.txt` and `pwa/permissions-policy.txt` and index.html for every
screen. What `/v1` answers is handed in by the test.
"""

import mimetypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PWA = Path(__file__).resolve().parents[2] / "pwa"

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/manifest+json", ".webmanifest")


@dataclass(frozen=True)
class Asked:
    """One request to /v1 as the test sees it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the test lets /v1 answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


Api = Callable[[Asked], Answer]


def no_api(_asked: Asked) -> Answer:
    """Answers as a server without this route."""
    return Answer(status=404)


def _handler(folder: Path, api: Api) -> type[BaseHTTPRequestHandler]:
    own_headers = {
        "Content-Security-Policy": (PWA / "csp.txt").read_text().strip(),
        "Permissions-Policy": (PWA / "permissions-policy.txt").read_text().strip(),
        "X-Content-Type-Options": "nosniff",
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the test speaks."""

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in {**own_headers, **answer.headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def _file(self) -> Answer:
            path = self.path.split("?")[0]
            file = folder / path.lstrip("/")
            if "." not in path:
                file = folder / "index.html"
            if not file.is_file():
                return Answer(status=404)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            return Answer(body=file.read_bytes(), headers={"Content-Type": kind, "Cache-Control": "no-cache"})

        def _answer(self) -> None:
            if self.path.startswith("/v1/"):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self._send(api(Asked(self.command, self.path, dict(self.headers.items()), body)))
            else:
                self._send(self._file())

        do_GET = do_POST = do_PATCH = do_HEAD = do_PUT = do_DELETE = _answer

    return Handler


@contextmanager
def serve(folder: Path, api: Api = no_api, port: int = 0) -> Iterator[str]:
    """Gives the address of the running site; the port is free unless asked for (a server that comes back)."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(folder, api))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
