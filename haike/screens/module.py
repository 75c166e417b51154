"""Modules: the functions that a company switches off when it has no use for them, and on again with all their data.

A room says what belongs to a module; what is plugged in from there (entities, addresses, panels, marks, buttons, cards,
reminders, settings) is left out everywhere while it is off. Nothing is deleted.

LEADS = declare_module(Module("leads", _("Leads"), _("…"), code=("haike.sales",), entities=("sales.lead",)))
LEADS.is_on()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, entities, entity_named
from haike.kernel.option import Option, option
from haike.kernel.versioned import Versioned

Label = str | Promise
T = TypeVar("T")
PREFIX = "module."
"""What the settings begin with that say which modules are on; they have a page of their own."""


class SwitchedOff(Http404):
    """The address belongs to a module that is off; its text tells the reader so."""


@dataclass(frozen=True)
class Module:
    """What goes and comes together. `code` names packages, `options` beginnings of the keys of settings."""

    key: str
    label: Label
    text: Label
    icon: str
    code: tuple[str, ...]
    entities: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    reminders: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    dictionaries: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def switch(self) -> Option:
        """The setting that says whether it is on."""
        return _declared[self.key][1]

    def is_on(self) -> bool:
        """Whether the company uses it."""
        return self not in _off()

    def demand(self) -> None:
        """Raise SwitchedOff unless it is on."""
        if not self.is_on():
            raise SwitchedOff(self.sentence)

    @property
    def sentence(self) -> str:
        """What the reader of one of its addresses is told."""
        said = _("“%(module)s” is switched off for your company. An administrator can switch it on in the settings.")
        return str(said % {"module": self.label})


_declared: dict[str, tuple[Module, Option]] = {}
_off: Versioned[tuple[Module, ...]] = Versioned(
    "options", lambda: tuple(module for module, switch in _declared.values() if not switch())
)


def declare_module(module: Module) -> Module:
    """Make a module known; it is on until somebody switches it off."""
    switch = option(f"{PREFIX}{module.key}", True, module.label, group=_("Modules"))
    _declared[module.key] = (module, switch)
    return module


def modules() -> dict[str, Module]:
    """All modules by key, in the order of their rooms."""
    return {key: module for key, (module, __) in _declared.items()}


# -- what belongs to a module that is off ------------------------------------------------------------------------------


def modules_off() -> tuple[Module, ...]:
    """Those that are off; the same tuple as long as nobody switches one."""
    return _off()


def module_off(label: str) -> Module | None:
    """The module that is off and owns this kind of record (label)."""
    return next((module for module in _off() if label in module.entities), None)


def is_off(label: str) -> bool:
    """Whether this kind of record (label) belongs to a module that is off."""
    return module_off(label) is not None


def demand_on(entity: Entity) -> None:
    """Raise SwitchedOff for a kind of record whose module is off."""
    module = module_off(entity.label)
    if module is not None:
        raise SwitchedOff(module.sentence)


def entities_on() -> list[Entity]:
    """All entities but those of modules that are off."""
    return [entity for entity in entities() if not is_off(entity.label)]


MENU: list[Callable[[], list[str]]] = []
"""The room that has the menu says in which order the company has the addresses in it."""


def by_use(entity: Entity) -> int:
    """A key to sort by: the entity's place in the menu, so that customers stand before the rules about them."""
    order = [url for addresses in MENU for url in addresses()]
    return order.index(entity.url) if entity.url in order else len(order)


def _owner(code: str) -> Module | None:
    names = f"{code}."
    return next((m for m in _off() if any(names.startswith(f"{part}.") for part in m.code)), None)


def plugged(parts: Iterable[T], code: Callable[[T], Any] = lambda part: part) -> list[T]:
    """Of what rooms have plugged in somewhere, what comes from modules that are on; `code` gives a part's function."""
    found = list(parts)
    if not _off():
        return found
    return [part for part in found if _owner(_home(code(part))) is None]


def _home(function: Any) -> str:
    inner = getattr(function, "func", function)
    return str(getattr(inner, "__module__", ""))


def field_off(name: str) -> bool:
    """Whether a field of whatever record belongs to a module that is off."""
    return any(name in module.fields for module in _off())


def known_on(known: dict[str, T], part: str) -> dict[str, T]:
    """Of things declared by key, those of no module that is off; `part` names the attribute that lists such keys."""
    gone = {key for module in _off() for key in getattr(module, part)}
    return {key: thing for key, thing in known.items() if key not in gone}


def option_off(key: str) -> bool:
    """Whether a setting (key) belongs to a module that is off."""
    return any(key.startswith(module.options) for module in _off() if module.options)


def owner_of_url(url: str) -> Module | None:
    """The module that is off and to which an address of the program leads."""
    if not _off():
        return None
    path = url.partition("?")[0]
    named = next((module for module in _off() if module.paths and path.startswith(module.paths)), None)
    if named is not None:
        return named
    try:
        found = resolve(path)
    except Resolver404:
        return None
    return _of_view(found.func, found.kwargs)


def reachable(things: Iterable[T], url: Callable[[T], str]) -> list[T]:
    """Of links, those that lead to nothing that is switched off."""
    found = list(things)
    return [thing for thing in found if owner_of_url(url(thing)) is None] if _off() else found


def _of_view(view: Any, where: dict[str, Any]) -> Module | None:
    entity = entity_named(str(where["slug"])) if "slug" in where else None
    return (module_off(entity.label) if entity is not None else None) or _owner(_home(view))


class ModuleMiddleware:
    """Answers 404 with a sentence at the addresses of modules that are off."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, where: dict[str, Any]) -> HttpResponse | None:
        """Before any view."""
        if not _off():
            return None
        named = next((module for module in _off() if module.paths and request.path.startswith(module.paths)), None)
        if named is not None:
            return JsonResponse({"message": named.sentence, "fields": {}}, status=404)
        module = _of_view(view, where)
        if module is not None:
            raise SwitchedOff(module.sentence)
        return None
