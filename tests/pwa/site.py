"""How does a test swap one version of the built app for another? A tiny server of files, without any API.

It gives the files of a folder with the content policy of `pwa/csp.txt`, and index.html for every screen.
"""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PWA = Path(__file__).resolve().parents[2] / "pwa"
POLICY = (PWA / "csp.txt").read_text().strip()


class _Files(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012 - as the parent declares it
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".webmanifest": "application/manifest+json",
    }

    def log_message(self, *_args: object) -> None:
        """Say nothing: the test speaks."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_head(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the parent's type is private to typeshed
        """Answer /v1 as a server without it, a path without a dot as a screen, else the file."""
        path = self.path.split("?")[0]
        if path.startswith("/v1/"):
            self.send_error(404)
            return None
        if "." not in path:
            self.path = "/index.html"
        return super().send_head()


def next_version(dist: Path, folder: Path, number: int = 1) -> None:
    """Put another version in place: a page that can be told from the first, under another version of the worker.

    `folder` may be `dist` itself; later versions have higher numbers.
    """
    if folder != dist:
        shutil.copytree(dist, folder, dirs_exist_ok=True)
    page = (folder / "index.html").read_text()
    (folder / "index.html").write_text(re.sub(r"<title>.*?</title>", f"<title>Rounds, newer {number}</title>", page))
    worker = (folder / "sw.js").read_text()
    changed = re.sub(r"[0-9a-f]{12}", f"{number:012x}", worker)
    assert changed != worker
    (folder / "sw.js").write_text(changed)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Give the address of the running site, on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
