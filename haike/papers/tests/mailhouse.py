"""A mail server of few words, for tests: it takes mail for all who know the password and from all senders but one."""

from __future__ import annotations

import base64
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

PASSWORD = "Kx7-secret-of-the-post"


class MailHouse(socketserver.ThreadingTCPServer):
    """Keeps what it took: the envelope's recipient and the message."""

    daemon_threads = True

    def __init__(self, secret: ssl.SSLContext | None = None) -> None:
        self.secret = secret
        super().__init__(("127.0.0.1", 0), _Talk)
        self.took: list[tuple[str, EmailMessage]] = []
        self.refused_sender, self.refused_to = "", ""

    def get_request(self) -> tuple[Any, Any]:
        """A caller; whoever does not trust the certificate goes away in the handshake."""
        caller, address = super().get_request()
        return (caller if self.secret is None else self.secret.wrap_socket(caller, server_side=True)), address

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


def signed_by_itself(folder: Path) -> ssl.SSLContext:
    """What a server says of itself that nobody vouches for."""
    key, now = ec.generate_private_key(ec.SECP256R1()), timezone.now()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path = folder / "house.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(path)
    return found


class _Talk(socketserver.StreamRequestHandler):
    server: MailHouse

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 mailhouse")
        to = ""
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("EHLO"):
                self.say("250-mailhouse")
                self.say("250 AUTH PLAIN")
            elif word.startswith("AUTH PLAIN"):
                right = base64.b64decode(line.split()[2]).split(b"\0")[2].decode() == PASSWORD
                self.say("235 welcome" if right else f"535 no: {line}")
            elif word.startswith("MAIL FROM"):
                bad = self.server.refused_sender
                self.say("550 not from you" if bad and bad in line else "250 ok")
            elif word.startswith("RCPT TO"):
                to = line.partition("<")[2].partition(">")[0]
                self.say("550 nobody here" if to == self.server.refused_to else "250 ok")
            elif word == "DATA":
                self.say("354 go on")
                lines = []
                while (each := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(each)
                self.server.took.append((to, message_from_bytes(b"".join(lines), policy=policy.default)))
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


@contextmanager
def open_mailhouse(secret: ssl.SSLContext | None = None) -> Iterator[MailHouse]:
    """A server for the length of a block; with `secret` it speaks TLS from the first word."""
    with MailHouse(secret) as house:
        thread = Thread(target=house.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield house
        finally:
            house.shutdown()
            thread.join()
