"""Papers by link can be switched off: links that were sent do not open then."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

PAPERS = declare_module(
    Module(
        "papers",
        _("Papers by link"),
        _("Quotes, orders, contracts and statements that customers open by a link, and when they did."),
        icon="link",
        code=("haike.papers",),
        reminders=("paper_opened", "paper_mail_failed"),
        options=("papers.",),
    )
)
