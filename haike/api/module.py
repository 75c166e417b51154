"""The door for other programs can be shut."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

API = declare_module(
    Module(
        "api",
        _("API and webhooks"),
        _("Other programs read and write with tokens and are told of changes. What changes meanwhile is not told."),
        icon="webhook",
        code=("haike.api",),
        options=("api.", "webhooks."),
        paths=("/api/",),
    )
)
