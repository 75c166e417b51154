"""The company's outgoing mail: where its server is, who sends, and what the server's refusals mean in words."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.api.sealed import seal, unseal
from haike.api.webhook.address import Inside, resolve
from haike.kernel.fields import Email
from haike.kernel.log import Change, origin
from haike.kernel.policy import Actor
from haike.refused import Refused

LOG = "papers.mailserver"
ONLY = 1
PATIENCE = 15
"""Seconds for each answer of the server."""
HOST = re.compile(r"[A-Za-z0-9\[][A-Za-z0-9._:\]-]*")
NO_LOGIN, LASTING = 530, 500
WHERE = ("host", "port", "security", "username")

FAULTS = {
    "unreachable": _("The mail server cannot be reached. Check its host and port."),
    "security": _("The mail server does not speak this kind of encryption on this port."),
    "certificate": _(
        "The certificate of the mail server has run out, is for another name or signed by nobody known, so nothing was "
        "sent. Use the name that the provider gives, or ask whoever looks after the server."
    ),
    "password": _("The mail server does not accept the user name and password."),
    "sender": _("The mail server does not let this sender's address send."),
    "recipient": _("The mail server does not take mail for this address."),
    "message": _("The mail server did not take this mail."),
    "key": _("The password of the mail server cannot be read any more. Enter it anew in the settings."),
    "inside": _("The mail server stands inside the house, where a hosted company may not connect to."),
    "off": _("No mail server is set up any more."),
    "closed": _("The link was withdrawn or had expired before the mail went out."),
}


class MailServer(models.Model):
    """How mail leaves the company; the row with key 1. The password is sealed and nobody is shown it again."""

    class Security(models.TextChoices):
        """How the way to the server is kept secret."""

        STARTTLS = "starttls", "STARTTLS"
        SSL = "ssl", "SSL/TLS"
        NONE = "none", pgettext_lazy("encryption", "None")

    id = models.BigAutoField(primary_key=True)
    host = models.CharField(_("Mail server"), max_length=253, blank=True)
    port = models.PositiveIntegerField(_("Port"), default=587)
    security = models.CharField(
        _("Encryption"), max_length=10, choices=Security.choices, default=Security.STARTTLS, blank=True
    )
    username = models.CharField(_("User name"), max_length=200, blank=True, default="")
    password = models.TextField(blank=True, default="")
    sender_name = models.CharField(_("Sender's name"), max_length=100, blank=True, default="")
    sender = Email(_("Sender's address"))
    site = models.URLField(_("Address of Haike"), max_length=300, blank=True, default="", db_default="")
    """Where the links in mails lead that nobody's browser has asked for, with the slash at its end."""

    class Meta:
        verbose_name = _("Outgoing mail")

    def __str__(self) -> str:
        return self.host

    @property
    def from_address(self) -> str:
        """Who stands as the sender."""
        return formataddr((self.sender_name, self.sender))

    def message_id(self, uid: str) -> str:
        """The id of a mail; without one of ours, Django would tell the name of this machine."""
        return f"<{uid}@{self.sender.rpartition('@')[2]}>"


class MailFault(Exception):
    """A mail did not leave: `code` is one of FAULTS; trying again helps unless it is `lasting`."""

    def __init__(self, code: str, *, lasting: bool = True) -> None:
        super().__init__(code)
        self.code, self.lasting = code, lasting


def mail_server() -> MailServer | None:
    """The server; None where the company has set up none."""
    return MailServer.objects.filter(pk=ONLY).first()


def save_server(*, by: Actor, password: str, **values: Any) -> MailServer | None:
    """Set the server up, or with an empty host take it away; the log tells what was changed, never the password.

    An empty password leaves the one that is there, but only for the same account on the same server: nobody is to
    read it by sending it to a machine of his own. The host may well be a machine of the house: whoever may change
    settings answers for it. Only a hosted company, whose house is somebody else's, is kept out of it.
    """
    if not by.grants.may_do("settings"):
        raise Refused(_("Only those who may change settings set up the outgoing mail."))
    with transaction.atomic():
        before = MailServer.objects.select_for_update().filter(pk=ONLY).first()
        if not values["host"]:
            if before is not None:
                before.delete()
                _log({"host": [before.host, ""]}, by=by)
            return None
        server = before or MailServer(pk=ONLY)
        old = {name: getattr(server, name) if before else "" for name in values}
        for name, value in values.items():
            setattr(server, name, value)
        moved = before is not None and any(old[name] != values[name] for name in WHERE)
        _check(server, password, moved=moved)
        diff = {name: [old[name], value] for name, value in values.items() if old[name] != value}
        if not server.username:
            server.password = ""
        elif password:
            server.password = seal(password)
            diff["password"] = ["…" if before else "", "…"]
        server.save()
        _log(diff, by=by)
    return server


def _check(server: MailServer, password: str, *, moved: bool) -> None:
    faults: dict[str, Any] = {}
    if not HOST.fullmatch(server.host):
        faults["host"] = _("Write the name or IP address of the mail server, such as smtp.example.com.")
    elif settings.HAIKE_HOSTED:
        try:
            resolve(server.host, server.port)
        except Inside:
            faults["host"] = FAULTS["inside"]
        except Refused as no:
            faults["host"] = str(no)
    if not 1 <= server.port <= 65_535:
        faults["port"] = _("From 1 to %(most)s.") % {"most": 65_535}
    if not server.sender:
        faults["sender"] = _("Please fill in: %(label)s.") % {"label": _("Sender's address")}
    if not server.username.isascii():
        faults["username"] = _("Use only letters, digits and signs that are on every keyboard.")
    if not password.isascii():
        faults["password"] = _("Use only letters, digits and signs that are on every keyboard.")
    elif server.username and not password and (moved or not server.password):
        faults["password"] = _("Enter the password of this account.")
    if faults:
        raise Refused(fields=faults)


def _log(diff: dict[str, list[Any]], *, by: Actor) -> None:
    if not diff:
        return
    labels = {"password": str(_("Password"))} | {
        field.name: str(field.verbose_name) for field in MailServer._meta.fields if field.name != "password"
    }
    Change(
        entity=LOG, record_id=ONLY, at=timezone.now(), by_id=by.pk, by_name=getattr(by, "name", ""),
        origin=origin.get(), action="change", diff={labels[name]: both for name, both in diff.items()},
    ).save(force_insert=True)  # fmt: skip


@contextmanager
def connected(server: MailServer) -> Iterator[BaseEmailBackend]:
    """A conversation with the server; whatever goes wrong in it becomes a MailFault."""
    try:
        password = unseal(server.password) if server.password else ""
    except Refused as no:
        raise MailFault("key") from no
    if settings.HAIKE_HOSTED:
        try:
            resolve(server.host, server.port)
        except Inside as no:
            raise MailFault("inside") from no
        except Refused as no:
            raise MailFault("unreachable", lasting=False) from no
    connection = get_connection(
        settings.HAIKE_MAIL_BACKEND, host=server.host, port=server.port, username=server.username, password=password,
        use_tls=server.security == server.Security.STARTTLS, use_ssl=server.security == server.Security.SSL,
        timeout=PATIENCE,
    )  # fmt: skip
    try:
        connection.open()
        yield connection
    except (OSError, UnicodeError) as error:
        # What smtplib raises may repeat what was said to the server, so it goes no further than here.
        raise fault_of(error) from None
    finally:
        # The mail has left by now; how the server says goodbye does not matter.
        with suppress(OSError):
            connection.close()


def fault_of(error: Exception) -> MailFault:
    """What an error of the conversation means. Those of smtplib are OSErrors as well."""
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [answer[0] for answer in error.recipients.values()]
        return MailFault("recipient", lasting=min(codes, default=0) >= LASTING)
    if isinstance(error, smtplib.SMTPAuthenticationError) or code == NO_LOGIN:
        return MailFault("password", lasting=code >= LASTING)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return MailFault("sender", lasting=code >= LASTING)
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPServerDisconnected):
        return MailFault("unreachable", lasting=False)
    if isinstance(error, smtplib.SMTPResponseException):
        return MailFault("message", lasting=code >= LASTING)
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailFault("certificate")
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return MailFault("security")
    if isinstance(error, smtplib.SMTPException | UnicodeError):
        return MailFault("message")
    return MailFault("unreachable", lasting=False)


def send_test(server: MailServer, *, to: Any) -> None:
    """Send a mail to whoever sets the server up; Refused with what went wrong."""
    if not to.email:
        raise Refused(_("Your account has no e-mail address. Enter one in your account first."))
    text = _("Mail from Haike leaves by this server: %(host)s.") % {"host": server.host}
    letter = EmailMessage(str(_("Test mail from Haike")), str(text), server.from_address, [to.email])
    try:
        with connected(server) as connection:
            connection.send_messages([letter])
    except MailFault as fault:
        raise Refused(FAULTS[fault.code]) from fault
