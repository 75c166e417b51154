"""Pages in threads and event streams in an event loop behind one port: Django's WSGI within granian's RSGI.

A page takes a thread from its first line to its last, as under WSGI. An event stream takes one only while it is opened:
its view asks who it is, like any other, and hands over an object with `open(loop)`, `parts()` and `close()` by
`request.META["haike.stream"]`; from then on the stream is nothing but a task of the loop. See docs/adr/0011.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from haike.site.pace import pace
from haike.site.wsgi import application as pages

THREADS = "HAIKE_THREADS"
IN_MEMORY = 1024 * 1024
"""Bodies of requests that are larger wait for their page in a file."""
END_STREAMS = signal.SIGUSR1
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})

Headers = list[tuple[str, str]]


class Stream(Protocol):
    """What a view hands over for a stream."""

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """From here on it collects what is to be sent."""
        ...

    def parts(self) -> AsyncIterator[str]:
        """What is sent, until the server ends it."""
        ...

    def close(self) -> None:
        """Nobody listens any more."""
        ...


class Answer:
    """The `start_response` of WSGI and what a view said beside it."""

    __slots__ = ("headers", "loop", "status", "stream")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.status = 500
        self.headers: Headers = []
        self.stream: Stream | None = None

    def __call__(self, status: str, headers: Headers, exc_info: Any = None, /) -> Callable[[bytes], object]:
        self.status, self.headers = int(status[:3]), headers
        return _no_writing

    def open_stream(self, stream: Stream) -> None:
        """Answer with an event stream."""
        stream.open(self.loop)
        self.stream = stream


def _no_writing(part: bytes) -> object:
    # The oldest way of WSGI, which Django has never used.
    raise NotImplementedError


class Application:
    """The entry of granian."""

    def __init__(self, threads: int) -> None:
        self.threads = ThreadPoolExecutor(threads, "page")
        self.ending = asyncio.Event()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hear when streams are to end: a server that is to stop waits for every answer that is under way."""
        loop.add_signal_handler(END_STREAMS, self.ending.set)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        loop = asyncio.get_running_loop()
        answer = Answer(loop)
        with SpooledTemporaryFile(IN_MEMORY) as body:
            if scope.method not in BODILESS:
                async for chunk in protocol:
                    body.write(chunk)
                body.seek(0)
            environ = environ_of(scope)
            environ["wsgi.input"] = body
            environ["haike.stream"] = answer.open_stream
            try:
                await loop.run_in_executor(self.threads, partial(page, environ, answer, protocol))
            except BaseException:
                if answer.stream is not None:
                    answer.stream.close()
                raise
        if answer.stream is not None:
            await send_stream(answer, answer.stream, protocol, self.ending)


def page(environ: dict[str, Any], answer: Answer, protocol: Any) -> None:
    """Make a page and send it, in a thread of its own: the loop may have been stopped meanwhile."""
    with pace.page():
        found: Iterable[bytes] = pages(environ, answer)
    try:
        if answer.stream is not None:
            return
        if not getattr(found, "streaming", True):
            protocol.response_bytes(answer.status, answer.headers, b"".join(found))
            return
        transport = protocol.response_stream(answer.status, answer.headers)
        with suppress(ProtocolClosed):
            for part in found:
                # The next piece is read when this one is on its way.
                asyncio.run_coroutine_threadsafe(_send(transport, part), answer.loop).result()
    finally:
        if (close := getattr(found, "close", None)) is not None:
            close()


async def _send(transport: Any, part: bytes) -> None:
    await transport.send_bytes(part)


async def send_stream(answer: Answer, stream: Stream, protocol: Any, ending: asyncio.Event) -> None:
    """Send what a stream has to say until one of both sides ends it."""
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
    parts = stream.parts()
    over = {asyncio.ensure_future(protocol.client_disconnect()), asyncio.ensure_future(ending.wait())}
    try:
        transport = protocol.response_stream(answer.status, headers)
        while True:
            part = asyncio.ensure_future(anext(parts))
            done, __ = await asyncio.wait({part, *over}, return_when=asyncio.FIRST_COMPLETED)
            if done & over:
                part.cancel()
                break
            try:
                await transport.send_str(part.result())
            except (StopAsyncIteration, ProtocolClosed):
                break
    finally:
        for each in over:
            each.cancel()
        stream.close()


BASE: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}


def environ_of(scope: Any) -> dict[str, Any]:
    """A request of granian as WSGI names its parts."""
    host, __, port = scope.server.rpartition(":")
    client, __, client_port = scope.client.rpartition(":")
    environ: dict[str, Any] = {
        **BASE,
        "REQUEST_METHOD": scope.method,
        # WSGI wants the bytes of the path as Latin-1.
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": client_port,
        "wsgi.url_scheme": scope.scheme,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if name == "content-type" or name == "content-length":
            environ[name.upper().replace("-", "_")] = value
        # "X_Forwarded_For" must not pass for "X-Forwarded-For".
        elif "_" not in name:
            key = f"HTTP_{name.upper().replace('-', '_')}"
            joint = "; " if key == "HTTP_COOKIE" else ","
            environ[key] = f"{environ[key]}{joint}{value}" if key in environ and key != "HTTP_HOST" else value
    return environ


application = Application(int(os.environ.get(THREADS, "4")))
