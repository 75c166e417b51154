"""Switching modules off for the company, and on again."""

from __future__ import annotations

import zlib
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.kernel.log import Change
from haike.kernel.option import choose
from haike.people.grants import organisation_changed
from haike.refused import Refused
from haike.screens.door import done
from haike.screens.module import Module, modules
from haike.site.settings_pages import for_administrators, note

LOGGED = "site.module"
"""Under this name the change log keeps who switched what."""
ALWAYS_ON = {
    "people": (
        _("Users, roles and settings"),
        _("Without them nobody could sign in, or switch anything on again."),
    ),
    "customers": (_("Customers and contacts"), _("Everything else belongs to a customer.")),
    "work": (
        _("Today and follow-ups"),
        _("Next contacts, the categories of customers and the rules about rest are worked out from them."),
    ),
    "fields": (
        _("Own fields and layouts"),
        _("Records hold their values, and formulas and filters count on them; delete the fields that nobody needs."),
    ),
    "exchange": (_("Import, export and bulk acts"), _("The rights of the roles say who may; take them away there.")),
    "notices": (_("Notices"), _("Alarms, exports to approve and records that were handed over come by them.")),
}
"""What cannot be switched off: its name, and why."""


@for_administrators
def modules_view(request: HttpRequest) -> HttpResponse:
    """All modules: what each is for, whether it is on, who switched it last; and what cannot be switched off."""
    if request.method == "POST":
        module = module_named(request.POST.get("module", ""))
        on = request.POST.get("on") == "1"
        switch(module, on=on, by=request.user)
        said = _("“%(module)s” is on.") if on else _("“%(module)s” is off. All its data are kept.")
        return done(request, said % {"module": module.label}, "/settings/modules/", go=True)
    last = {change.record_id: change for change in _switched()}
    rows = [{"module": each, "on": each.is_on(), "last": last.get(_place(each))} for each in modules().values()]
    return render(request, "site/modules.html", {"rows": rows, "fixed": list(ALWAYS_ON.values())})


def module_named(key: str) -> Module:
    """The module; Refused for what cannot be switched off, with the reason, and for what does not exist."""
    if key in ALWAYS_ON:
        label, why = ALWAYS_ON[key]
        raise Refused(_("“%(module)s” cannot be switched off. %(why)s") % {"module": label, "why": why})
    module = modules().get(key)
    if module is None:
        raise Refused(_("There is no such module."))
    return module


def switch(module: Module, *, on: bool, by: Any) -> None:
    """Switch a module for the company; the log tells who did."""
    with transaction.atomic():
        before = module.is_on()
        if before == on:
            return
        choose(module.switch, on)
        note(LOGGED, _place(module), {str(module.label): [_word(before), _word(on)]}, by=by)
        # Rights and pools follow from it, and both are kept with the organisation.
        organisation_changed()


def _place(module: Module) -> int:
    # The change log wants a number for what has no row of its own.
    return zlib.crc32(module.key.encode()) >> 1


def _word(on: bool) -> str:
    return str(_("on")) if on else str(_("off"))


def _switched() -> list[Change]:
    return list(Change.objects.filter(entity=LOGGED).select_related("by").order_by("id"))
