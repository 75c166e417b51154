"""The search for duplicates can be switched off."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

DUPLICATES = declare_module(
    Module(
        "duplicates",
        _("Duplicates and claim cases"),
        _("The note while typing, the rules on saving, the search over the stock, merging, and whose a customer is."),
        icon="copy",
        code=("haike.dedupe",),
        grants=("duplicates",),
        options=("dedupe.",),
    )
)
