"""The settings page of the outgoing mail."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Section
from haike.kernel.icon import icon
from haike.kernel.look import Look
from haike.kernel.look.base import Raw
from haike.kernel.policy import Actor
from haike.papers.server import MailServer, mail_server, save_server, send_test
from haike.people.looks import PasswordLook, model_looks
from haike.people.pages import ask, demand_grant
from haike.refused import Refused
from haike.screens.door import done
from haike.screens.form import Typed

HERE = "/settings/mail"
NAMES = ("host", "port", "security", "username", "sender_name", "sender", "site")


class OtherPasswordLook(PasswordLook):
    """A password that stays as it is when nothing is typed."""

    def __init__(self, name: str, label: Any, **more: Any) -> None:
        super().__init__(name, label, autocomplete="new-password", **more)
        self.required = False

    def parse(self, raw: Raw, by: Actor) -> str:
        return super().parse(raw, by) if raw else ""


def mail_view(request: HttpRequest) -> HttpResponse:
    """Where mail leaves the company, and a try whether it does."""
    demand_grant(request, "settings")
    user, server, here = cast(Any, request.user), mail_server(), request.build_absolute_uri("/")
    looks: dict[str, Look] = model_looks(MailServer, *NAMES)
    looks["host"].help = _("For example smtp.exmail.qq.com. Leave it empty when no mail is to be sent.")
    looks["port"].help = _("Usually 587 with STARTTLS, 465 with SSL/TLS.")
    looks["port"].required = looks["security"].required = True
    looks["security"].help = _("Without encryption everybody on the way can read the password and the mail.")
    looks["username"].help = _("Empty where the server asks for none.")
    looks["sender_name"].help = _("Customers read it as the sender; answers go to the user who sends.")
    looks["site"].help = _("Links in reminders lead there. Write the address by which everybody reaches Haike.")
    kept = _("A password is kept. Leave this empty to keep it; it is never shown.")
    looks["password"] = OtherPasswordLook("password", _("Password"), help=kept if server and server.password else "")

    def act(typed: Typed) -> HttpResponse:
        values = {name: typed.values[name] for name in NAMES}
        values["site"] = f"{values['site'] or here}".rstrip("/") + "/"
        saved = save_server(by=user, password=typed.values["password"], **{**values, "port": int(values["port"])})
        if saved is not None and request.POST.get("test"):
            try:
                send_test(saved, to=user)
            except Refused as no:
                raise Refused(_("Saved, but the test mail was not sent. %(why)s") % {"why": no}) from no
            return done(request, _("Saved. The test mail is on its way to %(mail)s.") % {"mail": user.email}, HERE)
        return done(request, _("The outgoing mail is saved."), HERE)

    start = {name: getattr(server or MailServer(), name) for name in NAMES}
    start["site"] = start["site"] or here
    top = format_html(
        '<p class="notice">{}<span>{}</span></p>', icon("mail"),
        _(
            "With a mail server, users send quotes, orders, contracts and statements by e-mail, and reminders reach "
            "those who want them so."
        ),
    )  # fmt: skip
    return ask(
        request, looks, act,
        title=_("Outgoing mail"), back_url="/settings/", start=start, button=_("Save"),
        also=[{"label": _("Save and send a test mail to me"), "primary": False, "name": "test", "value": "1"}],
        sections=[
            Section(_("Server"), ["host", "port", "security", "username", "password"]),
            Section(_("Sender"), ["sender_name", "sender"]),
            Section(_("Links"), ["site"]),
        ],
        top=top,
    )  # fmt: skip
