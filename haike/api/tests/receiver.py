"""A receiver of webhooks on this machine, that keeps what it is sent and answers what a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """What came: headers and bodies, in their order. `answers` are the status codes of the next answers."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.text = b"thanks"
        self.wait = threading.Event()
        self.wait.set()
        self.url = ""

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What came, as JSON."""
        return [json.loads(body) for __, body in self.got]

    def records(self) -> list[tuple[str, int]]:
        """Type and key of each record that came."""
        return [(body["type"], each["id"]) for body in self.bodies for each in body["data"]]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens as long as the block lasts."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            told.wait.wait(10)
            self.send_response(told.answers.pop(0) if told.answers else 200)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.text)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.wait.set()
        server.shutdown()
        server.server_close()
