"""Making the text of a contract, changing it, and looking at what it was before."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Section, entity_of
from haike.refused import Conflict, Refused
from haike.sales.contract.record import ACTIVE, Contract
from haike.sales.contract.text.actions import FIXED, fill_in, make_text, may_make, offered, versions
from haike.sales.contract.text.panel import may_read
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import FormPage, Typed, form_looks, render_form
from haike.screens.table import EntityWords
from haike.screens.tabs import LOG, shows_tab

CHANGED = _("Somebody else has saved this contract in the meantime; a text that was changed stands among the versions.")


def _found(request: HttpRequest, pk: int) -> tuple[Any, Contract]:
    """The user and the contract whose text he may read; else 404."""
    user = cast(Any, request.user)
    contract = find_record(entity_of(Contract), user, pk)
    if not may_read(contract, user):
        raise Http404
    return user, contract


def make_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the text from a template: at once where there is none, after a question where there is one."""
    user, contract = _found(request, pk)
    if not may_make(contract, user):
        return refused_page(request, Refused(FIXED))
    templates, url = offered(contract, user), entity_of(Contract).url_of(contract)
    said = request.POST.get("template") or request.GET.get("template") or contract.text_from_id
    template = next((each for each in templates if str(each.pk) == str(said)), templates[0] if templates else None)
    if template is None:
        return refused_page(request, Refused(_("There is no contract template yet. An administrator makes one.")))
    message = ""
    seen = whole(request.POST.get("version"))
    if request.method == "POST" and (not contract.text or seen is not None):
        try:
            batch = make_text(contract, template, by=user, version=seen)
        except Conflict:
            message = str(CHANGED)
        except Refused as no:
            message = str(no)
        else:
            back, told = f"{url}?tab=text", _("The text is made; what it was before stands among the versions.")
            if batch is None:
                return done(request, _("The text is the same as before."), back)
            told = told if contract.text else _("The text is made; change it as this contract needs it.")
            return done(request, told, back, undo_url=f"/batches/{batch.pk}/undo")
    made = fill_in(contract, template, user)
    lines = compared(contract.text, made.text)
    asked = {
        "action": request.path,
        "url": f"{url}?tab=text",
        "template": template,
        "templates": templates,
        "version": contract.version,
        "message": message,
        "signed": contract.state == ACTIVE,
        "unknown": made.unknown,
        "lines": lines,
        "same": bool(contract.text) and all(what == "same" for what, _words in lines),
    }
    page = "sales/contract/make.html#ask" if getattr(request, "htmx", False) else "sales/contract/make.html"
    return render(request, page, {"asked": asked}, status=422 if message else 200)


def edit_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Heading and text on a page of their own."""
    user, contract = _found(request, pk)
    entity = entity_of(Contract)
    if not may_make(contract, user):
        return refused_page(request, Refused(FIXED))
    typed, status = Typed(form_looks(entity, user, record=contract, names=["heading", "text"]), user), 200
    typed.start({name: look.get(contract) for name, look in typed.looks.items()})
    back = f"{entity.url_of(contract)}?tab=text"
    if request.method == "POST":
        typed.read(request.POST, request.FILES)
        if typed.parse():
            try:
                entity.change(contract, by=user, version=whole(request.POST.get("version")), **typed.values)
            except Conflict as no:
                contract = cast(Contract, no.current)
                typed.message = f"{CHANGED} {_('Save again to put yours in its place.')}"
            except Refused as no:
                typed.refuse(no)
            else:
                return done(request, _("The text is saved."), back, go=True)
        status = 422
    page = FormPage(
        title=_("Text of %(contract)s") % {"contract": contract},
        action=request.path,
        sections=[],
        entity=EntityWords.of(entity),
        version=contract.version,
        buttons=[{"label": _("Save"), "primary": True, "name": "", "value": ""}],
        draft_key=f"contracts/{pk}/text",
        back_url=back,
    )
    return render_form(request, page, typed, [Section("", list(typed.looks))], status)


def version_view(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """A former text beside what it became; a POST takes it back."""
    user, contract = _found(request, pk)
    entity = entity_of(Contract)
    version = next((each for each in versions(contract) if each.key == key), None)
    if version is None or not shows_tab(user, entity, LOG):
        raise Http404
    back = f"{entity.url_of(contract)}?tab=text"
    if request.method == "POST":
        try:
            if not may_make(contract, user):
                raise Refused(FIXED)
            entity.change(contract, by=user, version=whole(request.POST.get("version")), text=version.text)
        except Refused as no:
            return refused_page(request, no)
        return done(request, _("This version is the text of the contract again."), back, go=True)
    asked = {
        "action": request.path,
        "url": back,
        "contract": contract,
        "version": version,
        "may": may_make(contract, user) and version.text != contract.text,
        "lines": compared(contract.text, version.text),
    }
    page = "sales/contract/version.html#ask" if getattr(request, "htmx", False) else "sales/contract/version.html"
    return render(request, page, {"asked": asked})


def compared(present: str, other: str) -> list[tuple[str, str]]:
    """The lines of both texts in one order, each with "same", "gone" (only at present) or "new" (only in the other)."""
    old, new = ([line for line in text.splitlines() if line.strip()] for text in (present, other))
    found: list[tuple[str, str]] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found += [("same", line) for line in old[a:b]]
        else:
            found += [("gone", line) for line in old[a:b]]
            found += [("new", line) for line in new[c:d]]
    return found
