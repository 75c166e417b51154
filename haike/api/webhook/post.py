"""Sending one message: signed after Standard Webhooks, to the address that was checked, within limits of time."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpcore
import httpx
from django.utils.translation import gettext as _
from standardwebhooks import Webhook as Signer

from haike import __version__
from haike.api.webhook.address import checked_url, resolve
from haike.refused import Refused

CONNECT = 5.0
"""Seconds for a connection."""
WHOLE = 15.0
"""Seconds for everything together: also a receiver that answers one letter at a time is left."""
MOST_ANSWER = 2_000
"""So many bytes of an answer are read."""


@dataclass(frozen=True)
class Answer:
    """What came back: a status code or a fault, and how long it took in milliseconds."""

    status: int | None
    text: str
    fault: str
    took: int

    @property
    def worked(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300


class _Timed(httpcore.NetworkStream):
    """A connection whose every act ends when the time for all of them is over."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self.stream, self.until = stream, until

    def _left(self, timeout: float | None) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self.stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self.until)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


class _Guarded(httpcore.SyncBackend):
    """Connects to the IP address that was checked, and to no other that the name might mean by then."""

    def __init__(self, until: float) -> None:
        self.until = until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        fault: Exception = httpcore.ConnectError()
        for address in resolve(host, port):
            left = self.until - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout
            try:
                stream = super().connect_tcp(address, port, min(timeout or left, left), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
            else:
                return _Timed(stream, self.until)
        raise fault


def sign(secrets: Sequence[str], uid: str, at: datetime, body: bytes) -> dict[bytes | str, bytes | str]:
    """The headers by which a receiver knows that a message is from here and is not an old one sent again."""
    signatures = [Signer(secret).sign(uid, at, body.decode()) for secret in secrets]
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def post(url: str, body: bytes, headers: Mapping[bytes | str, bytes | str]) -> Answer:
    """Send a message and tell what came of it; redirects are not followed, and no proxy is asked."""
    begun = time.monotonic()

    def told(status: int | None, text: str = "", fault: Any = "") -> Answer:
        return Answer(status, text, str(fault), round((time.monotonic() - begun) * 1000))

    sent: dict[bytes | str, bytes | str] = {
        "Content-Type": "application/json",
        "User-Agent": f"Haike/{__version__}",
        "Accept-Encoding": "identity",
        **headers,
    }
    try:
        url = checked_url(url)
        until = begun + WHOLE
        with (
            httpcore.ConnectionPool(network_backend=_Guarded(until), ssl_context=httpx.create_ssl_context()) as pool,
            pool.stream(
                "POST",
                url,
                headers=sent,
                content=body,
                extensions={"timeout": {"connect": CONNECT, "read": WHOLE, "write": WHOLE, "pool": WHOLE}},
            ) as response,
        ):
            text = _beginning(response)
            if 300 <= response.status < 400:
                return told(response.status, text, _("The receiver sends on to another address; that is not followed."))
            return told(response.status, text)
    except Refused as no:
        return told(None, fault=no)
    except (httpcore.TimeoutException, TimeoutError):
        return told(None, fault=_("The receiver did not answer in time."))
    except httpcore.ConnectError as error:
        if isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error):
            return told(None, fault=_("The receiver's certificate is not valid: %(error)s") % {"error": error})
        return told(None, fault=_("The receiver cannot be reached: %(error)s") % {"error": error})
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
        return told(None, fault=_("The receiver broke off: %(error)s") % {"error": error or type(error).__name__})


def _beginning(response: httpcore.Response) -> str:
    """The beginning of an answer as text that a database stores."""
    parts, size = [], 0
    try:
        for part in response.iter_stream():
            parts.append(part)
            size += len(part)
            if size >= MOST_ANSWER:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        pass  # the status code has come, and that is what counts
    return b"".join(parts)[:MOST_ANSWER].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
