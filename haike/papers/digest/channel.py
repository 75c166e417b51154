"""E-mail as a way by which reminders reach somebody, and what may be missing for it."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from haike.papers.server import mail_server
from haike.people.account.choices import declare_channel
from haike.talk.notice.send import MAIL


def missing(user: Any) -> str:
    """What a user lacks for reminders by e-mail, with the way to where it is set; empty where nothing is missing."""
    server = mail_server()
    if server is None or not server.site:
        if user.grants.may_do("settings"):
            return format_html(
                '{} <a href="/settings/mail">{}</a>',
                _("No reminders go out by e-mail: the company has set up no mail server."),
                _("Set up the outgoing mail"),
            )
        return str(
            _(
                "No reminders go out by e-mail: the company has set up no mail server. An administrator does that in "
                "the settings under “Outgoing mail”."
            )
        )
    if not user.email:
        return format_html(
            '{} <a href="/account/">{}</a>',
            _("No reminders reach you by e-mail: your account has no e-mail address."),
            _("Enter your address"),
        )
    return ""


declare_channel(MAIL, _("By e-mail"), missing)
