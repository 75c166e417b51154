"""A lean browser: one connection that stays open, cookies, and the token that forms carry."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode, urlsplit

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.I)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Answer:
    """What came back, how many bytes came over the wire, and how long it took until the last of them."""

    def __init__(self, response: http.client.HTTPResponse, body: bytes, seconds: float) -> None:
        self.status, self.wire, self.ms = response.status, len(body), seconds * 1000
        self.headers = response.headers
        self.location = response.headers.get("Location") or response.headers.get("HX-Redirect") or ""
        self._sent = body

    @cached_property
    def body(self) -> bytes:
        """What was sent, unpacked when somebody asks: eight askers at once share the machine with the server."""
        return gzip.decompress(self._sent) if self.headers.get("Content-Encoding") == "gzip" else self._sent

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()


class Browser:
    """Signed in as one person."""

    def __init__(self, port: int, busy: Callable[[], float] = lambda: 0.0) -> None:
        self.port, self.busy = port, busy
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def sign_in(self, username: str, password: str) -> Browser:
        """Fill in the form of the sign-in page."""
        token = self._token("/signin")
        answer = self.post("/signin", {"username": username, "password": password}, token=token)
        if answer.status != 302:
            raise RuntimeError(f"{username} cannot sign in: {answer.status} {answer.text[:2000]}")
        return self

    def _token(self, path: str) -> str:
        found = TOKEN.search(self.get(path).text)
        return found[1] if found else ""

    def get(self, path: str, *, fragment: bool = False) -> Answer:
        """A page, or with `fragment` the part of it that htmx asks for."""
        return self._send("GET", path, None, {"HX-Request": "true"} if fragment else {})

    def post(self, path: str, data: Mapping[str, str | list[str]], *, token: str = "", expect: int = 0) -> Answer:
        """A form."""
        body = urlencode(data, doseq=True).encode()
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._send("POST", path, body, {**sent, "X-CSRFToken": token or self.cookies.get("haike_csrf", "")})
        if expect and answer.status != expect:
            raise RuntimeError(f"{path} gave {answer.status}: {answer.text[:3000]}")
        return answer

    def upload(self, path: str, file: Path, kind: str) -> Answer:
        """A form with one file."""
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\nContent-Type: {kind}\r\n\r\n'
        body = head.encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        sent = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._send("POST", path, body, {**sent, "X-CSRFToken": self.cookies.get("haike_csrf", "")})

    def _send(self, method: str, path: str, body: bytes | None, more: Mapping[str, str]) -> Answer:
        parts = urlsplit(path)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **more}
        began = time.perf_counter()
        try:
            self.connection.request(method, target, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server closed a connection that had been idle.
            self.connection.close()
            began = time.perf_counter()
            self.connection.request(method, target, body, headers)
            response = self.connection.getresponse()
        content = response.read()
        answer = Answer(response, content, time.perf_counter() - began)
        for line in response.headers.get_all("Set-Cookie") or ():
            name, __, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


class Asker:
    """Asks for one page again and again, with hardly any work of its own: it shares the machine with the server."""

    def __init__(self, browser: Browser, path: str) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip", f"Cookie: {cookies}", "", "")
        self._question = "\r\n".join(lines).encode()
        self._path, self._line = path, socket.create_connection(("127.0.0.1", browser.port), timeout=600)

    def ask(self) -> None:
        """Wait for one answer; raises RuntimeError when it is not the page."""
        self._line.sendall(self._question)
        head, found, body = self._more(), b"", b""
        while not found:
            head, found, body = head.partition(b"\r\n\r\n")
            head += b"" if found else self._more()
        length = LENGTH.search(head + b"\r\n")
        if b" 200 " not in head[:20] or length is None:
            raise RuntimeError(f"{self._path} gave {head[:2000]!r}")
        missing = int(length[1]) - len(body)
        while missing > 0:
            missing -= len(self._more())

    def _more(self) -> bytes:
        received = self._line.recv(65536)
        if not received:
            raise RuntimeError(f"{self._path}: the line was cut")
        return received
