"""Where webhooks may not go: into the house, however the address is written and whatever the name means later."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haike.api.tests.receiver import receiving
from haike.api.webhook import post as sending
from haike.api.webhook.address import Inside, checked_url, is_public
from haike.api.webhook.post import post
from haike.api.webhook.record import ALLOW_HTTP
from haike.kernel.option import choose
from haike.refused import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P36")]

INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:0",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "64:ff9b:1::808:808",
    "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::", "2001:0:7f00:1::", "fe80::1", "fec0::1", "fc00::1",
    "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "114.114.114.114", "2400:3200::1", "2001:4860:4860::8888", "::ffff:8.8.8.8",
          "64:ff9b::808:808"]  # fmt: skip
SPELLINGS = [
    "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "127.0.1", "0", "017700000001", "2852039166",
    "0xa9fea9fe", "10.1", "192.168.257", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
    "localhost", "localhost.", "127。0。0。1", "①②⑦.⓪.⓪.①",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_inside(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_outside(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_way_of_writing_it_leads_inside(host: str) -> None:
    with pytest.raises(Refused):
        checked_url(f"https://{host}/hook")


@given(st.integers(0, 2**32 - 1))
def test_an_address_within_an_address_is_no_way_round(number: int) -> None:
    plain = IPv4Address(number)
    wraps = [IPv6Address(0xFFFF << 32 | number), IPv6Address(0x64FF9B << 96 | number)]
    assert [is_public(each) for each in wraps] == [is_public(plain)] * 2
    if not is_public(plain):
        assert not is_public(IPv6Address(0x2002 << 112 | number << 80))
        assert not is_public(IPv6Address(number))


@pytest.mark.parametrize(
    "text",
    ["", "example", "ftp://example.com/", "https://", "https:///x", "javascript:alert(1)", "file:///etc/passwd",
     "https://user:word@8.8.8.8/", "http://8.8.8.8/", "https://8.8.8.8/" + "x" * 500, "https://no such.host/",
     "https://[::1", "https://8.8.8.8:99999/", "gopher://8.8.8.8/", "https://nowhere.invalid/"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Refused) as no:
        checked_url(text)
    assert str(no.value)


def test_a_public_address_is_taken() -> None:
    assert checked_url(" https://8.8.8.8:8443/hook?a=1#x ") == "https://8.8.8.8:8443/hook?a=1"
    choose(ALLOW_HTTP, True)
    assert checked_url("http://8.8.8.8/") == "http://8.8.8.8/"


def test_the_server_may_allow_some_addresses_inside(settings: Any) -> None:
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("10.1.0.0/16"),)
    assert checked_url("https://10.1.2.3/")
    assert checked_url("https://[::ffff:10.1.2.3]/")
    with pytest.raises(Inside):
        checked_url("https://10.2.0.1/")
    with pytest.raises(Inside):
        checked_url("https://127.0.0.1/")


def answering(*answers: list[str]) -> Callable[..., Any]:
    """A name server that says something else each time."""
    left = list(answers)

    def look(host: str, port: int, *_: Any, **__: Any) -> Any:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    return look


@pytest.fixture
def open_receiver(settings: Any) -> Any:
    choose(ALLOW_HTTP, True)
    with receiving() as found:
        yield found


def test_a_name_with_one_address_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(["8.8.8.8", "10.0.0.1"]))
    with pytest.raises(Inside):
        checked_url("https://rebind.example/")


def test_a_name_that_means_something_else_a_moment_later(open_receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Public when it is saved and checked, inside when the connection is made: no connection."""
    connected: list[str] = []
    real = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda to, *rest, **more: connected.append(to[0]) or real(to, *rest, **more)
    )
    monkeypatch.setattr(socket, "getaddrinfo", answering(["8.8.8.8"], ["127.0.0.1"]))
    answer = post(open_receiver.url.replace("127.0.0.1", "rebind.example"), b"{}", {})
    assert (answer.status, open_receiver.got, connected) == (None, [], [])
    assert "127.0.0.1" in answer.fault


def test_the_connection_goes_to_the_address_that_was_checked(
    open_receiver: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the checked IP is handed to the socket; the name is never looked up by anybody else."""
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    connected: list[str] = []
    real = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda to, *rest, **more: connected.append(to[0]) or real(to, *rest, **more)
    )
    url = open_receiver.url.replace("127.0.0.1", "localhost")
    assert post(url, b"{}", {}).status == 200
    assert connected == ["127.0.0.1"]
    assert open_receiver.got[0][0]["host"].startswith("localhost:"), "the receiver hears its own name"


def test_a_redirect_is_not_followed(open_receiver: Any, settings: Any) -> None:
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    with receiving() as second:
        open_receiver.answers = [302]
        open_receiver.headers = {"Location": second.url}
        answer = post(open_receiver.url, b"{}", {})
        assert (answer.status, answer.worked, second.got) == (302, False, [])
        assert answer.fault


def test_no_proxy_of_the_environment_is_asked(
    open_receiver: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(open_receiver.url, b"{}", {}).status == 200


def test_a_slow_receiver_is_left(open_receiver: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    monkeypatch.setattr(sending, "WHOLE", 0.4)
    open_receiver.wait.clear()
    begun = time.monotonic()
    answer = post(open_receiver.url, b"{}", {})
    assert time.monotonic() - begun < 5
    assert (answer.status, answer.worked) == (None, False)
    assert answer.fault


def test_one_letter_at_a_time_is_too_slow(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each letter comes within the time of a read, all of them do not come within the time of the whole."""
    choose(ALLOW_HTTP, True)
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    monkeypatch.setattr(sending, "WHOLE", 0.6)
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = []

        def drip() -> None:
            peer, __ = server.accept()
            with peer:
                try:
                    for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200:
                        peer.sendall(bytes([letter]))
                        time.sleep(0.05)
                except OSError:
                    ended.append(True)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        answer = post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        thread.join(5)
    assert (answer.status, ended) == (None, [True])
    assert answer.took < 3_000


def test_a_long_answer_is_cut(open_receiver: Any, settings: Any) -> None:
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    open_receiver.text = b"\0a" * 1_000_000
    answer = post(open_receiver.url, b"{}", {})
    assert answer.worked
    assert len(answer.text) <= sending.MOST_ANSWER
    assert "\0" not in answer.text


def test_nobody_listens(settings: Any) -> None:
    choose(ALLOW_HTTP, True)
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    answer = post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert (answer.status, answer.worked) == (None, False)
    assert answer.fault
