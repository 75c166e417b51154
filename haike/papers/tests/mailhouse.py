"""A mail server of few words, for tests: it takes mail for all who know the password and from all senders but one."""

from __future__ import annotations

import base64
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread

PASSWORD = "Kx7-secret-of-the-post"


class MailHouse(socketserver.ThreadingTCPServer):
    """Keeps what it took: the envelope's recipient and the message."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.took: list[tuple[str, EmailMessage]] = []
        self.refused_sender, self.refused_to = "", ""

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


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
def open_mailhouse() -> Iterator[MailHouse]:
    """A server for the length of a block."""
    with MailHouse() as house:
        thread = Thread(target=house.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield house
        finally:
            house.shutdown()
            thread.join()
