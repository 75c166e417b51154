"""Papers by link can be switched off: links that were sent do not open then."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

PAPERS = declare_module(
    Module(
        "papers",
        _("Papers by link"),
        _("Quotes, orders, contracts and statements that customers open by a link, and when they did."),
        icon="link",
        # The mail server and the reminders that leave by it stay.
        code=tuple(f"haike.papers.{part}" for part in ("actions", "panel", "paper", "public", "send", "told", "views")),
        reminders=("paper_opened", "paper_mail_failed"),
        options=("papers.",),
    )
)
