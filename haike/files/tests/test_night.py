"""What happens at night, and the virus scanner, played by a small server."""

from __future__ import annotations

import os
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haike.customers.customer.record import Customer
from haike.files import rules
from haike.files.attachment.record import Attachment
from haike.files.blob import Blob
from haike.files.jobs import scan_unscanned, sweep
from haike.files.links import link
from haike.files.tests import evil
from haike.files.tests.conftest import Send
from haike.kernel.option import choose
from haike.kernel.record import writer
from haike.people.testing import Staff

Browse = Callable[..., Client]
Attached = Callable[..., Attachment]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P24")]


def stored(media: Path) -> set[str]:
    return {path.name for path in media.rglob("*") if path.is_file()}


def grow_old(media: Path) -> None:
    """Two days go by."""
    before = time.time() - 2 * 86400
    for path in media.rglob("*"):
        os.utime(path, (before, before))
    Blob.objects.update(used_at=timezone.now() - timedelta(days=2))


def test_the_sweep_takes_what_nobody_needs(staff: Staff, attached: Attached, browse: Browse, media: Path) -> None:
    kept, gone = attached("留.png", evil.picture()), attached("走.png", evil.picture(colour="blue"))
    for made in (kept, gone):
        assert browse(staff.ann).get(link(made.pk, "96")).status_code == 200
    folder = media / "files" / "ab"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "unknown").write_bytes(b"x")
    (folder / "half.1234.part").write_bytes(b"x")
    Attachment.objects.filter(pk=gone.pk).delete()
    assert sweep.func() == {"uploads": 0, "attachments": 0, "contents": 0, "files": 0}
    grow_old(media)
    assert sweep.func() == {"uploads": 0, "attachments": 0, "contents": 1, "files": 2}
    path = Path(Blob.objects.get().path).name
    assert stored(media) == {path, f"{path}.96"}
    assert browse(staff.ann).get(link(kept.pk)).status_code == 200


def test_the_sweep_follows_records_that_are_gone(customer: Customer, attached: Attached, media: Path) -> None:
    attached("a.pdf", evil.PDF)
    with writer():
        Customer._base_manager.filter(pk=customer.pk)._raw_delete("default")
    grow_old(media)
    assert sweep.func() == {"uploads": 0, "attachments": 1, "contents": 1, "files": 0}
    assert stored(media) == set()


class FakeClam(socketserver.StreamRequestHandler):
    """Answers INSTREAM as clamd does: a virus where EICAR is in the stream."""

    def handle(self) -> None:
        command = self.rfile.read(10)
        content = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        self.server.seen.append((command, content))  # type: ignore[attr-defined]
        if self.server.broken:  # type: ignore[attr-defined]
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
        elif evil.EICAR in content:
            self.wfile.write(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
        else:
            self.wfile.write(b"stream: OK\0")


@pytest.fixture(params=["tcp", "unix"])
def clam(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Any]:
    """A scanner that is connected."""
    if request.param == "tcp":
        server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), FakeClam)
        settings.HAIKE_CLAMAV = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clam.sock"), FakeClam)
        settings.HAIKE_CLAMAV = f"unix://{tmp_path}/clam.sock"
    server.seen, server.broken = [], False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_virus_is_refused(
    clam: Any, staff: Staff, customer: Customer, send: Send, browse: Browse, media: Path
) -> None:
    ann = browse(staff.ann)
    assert send(ann, customer, "a.pdf", evil.PDF).status_code == 201
    assert clam.seen == [(b"zINSTREAM\0", evil.PDF)]
    assert Blob.objects.get().scanned
    refused = send(ann, customer, "b.txt", b"x" * 200_000 + evil.EICAR)
    assert refused.status_code == 422
    assert "Win.Test.EICAR_HDB-1" in refused.json()["message"]
    assert Attachment.objects.count() == len(stored(media)) == 1


def test_a_silent_scanner_refuses_or_lets_in_as_it_is_set(
    clam: Any, staff: Staff, customer: Customer, send: Send, browse: Browse, media: Path
) -> None:
    clam.broken, ann = True, browse(staff.ann)
    refused = send(ann, customer, "a.txt", evil.EICAR)
    assert refused.status_code == 422
    assert "杀毒软件" in refused.json()["message"]
    assert stored(media) == set()
    choose(rules.UNSCANNED, "accept")
    made = send(ann, customer, "a.txt", evil.EICAR)
    assert made.status_code == 201
    assert not Blob.objects.get().scanned
    assert scan_unscanned.func() == {"scanned": 0, "viruses": 0}
    clam.broken = False
    assert scan_unscanned.func() == {"scanned": 1, "viruses": 1}
    answer = ann.get(link(made.json()["id"]))
    assert answer.status_code == 422
    assert "EICAR" in answer.content.decode()


def test_a_scanner_that_is_not_there_is_silent(
    settings: Any, staff: Staff, customer: Customer, send: Send, browse: Browse
) -> None:
    settings.HAIKE_CLAMAV = "tcp://127.0.0.1:1"
    assert send(browse(staff.ann), customer, "a.pdf", evil.PDF).status_code == 422
