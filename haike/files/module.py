"""Attachments can be switched off."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

FILES = declare_module(
    Module(
        "files",
        _("Attachments"),
        _("Files and links on every record, and the page of them all."),
        icon="paperclip",
        code=("haike.files",),
        options=("files.",),
    )
)
