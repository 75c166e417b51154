"""The declaration of an entity, and everything that follows from it.

A business file names what is particular; lists, forms, filters, import, export, API, print and log derive from it.
Mistakes are found by `checks.py` at start, with the nearest valid name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.find.insert import blank
from haike.find.prepared import Tally
from haike.kernel import bulk, change
from haike.kernel.additions import Additions
from haike.kernel.fields import PinyinKey, pinyin_keys
from haike.kernel.flow import Flow
from haike.kernel.log import Batch
from haike.kernel.look import Look, look_for
from haike.kernel.policy import Actor, FieldRight, Policy
from haike.refused import Refused

Label = str | Promise


@dataclass(frozen=True)
class Category:
    """A tab of a list: a name and a condition, which may depend on who looks and on the day."""

    label: Label
    condition: Any = field(default_factory=Q)
    """A Q, or a function of the user that gives one."""
    counted: bool = False
    of: Label = ""
    """The name of the list of its own to which the tab belongs, if it does."""
    sort: str = ""  # the order of this tab, if it has one of its own

    def q(self, user: Actor) -> Q:
        """The condition for this user today."""
        found: Q = self.condition if isinstance(self.condition, Q) else self.condition(user)
        return found


@dataclass(frozen=True)
class Section:
    """A group of fields on the form and the page; one that is `folded` is closed at first."""

    label: Label
    fields: list[str]
    folded: bool = False


@dataclass(frozen=True)
class Related:
    """A tab of a record page: the records of another entity that point here by `field`."""

    entity: str
    field: str
    label: Label = ""
    columns: Sequence[str] = ()
    sort: str = ""


@dataclass(frozen=True)
class Panel:
    """A piece of a record page drawn by a function `render(request, record) -> html`.

    `place` is "head" (beside the name), "main" (above the tabs), "tab", "last" (behind the related lists) or "side".
    `count(user, record)` gives the number beside a tab's name, or what is to be asked for it.
    """

    key: str
    label: Label
    render: Callable[[Any, Any], str]
    place: str = "tab"
    count: Callable[[Any, Any], int | Tally] | None = None
    icon: str = ""


@dataclass(frozen=True)
class Button:
    """Something one can do with a record; `method` is "get", "post" or "drawer"."""

    label: Label
    url: str
    icon: str = ""
    method: str = "get"
    primary: bool = False
    confirm: Label = ""


@dataclass(frozen=True)
class SideNode:
    """A line of the tree beside a list: choosing it sets this filter line in place of an earlier one on the field."""

    label: Label
    field: str
    op: str
    value: str | tuple[str, ...]
    depth: int = 0


@dataclass(frozen=True, eq=False)
class SideGroup:
    """A titled tree beside a list, the same one to its maker only: comparing hundreds of lines takes too long."""

    label: Label
    nodes: list[SideNode]


@dataclass(frozen=True)
class Companion:
    """Another entity whose records are made together with this one's in an import and go along in an export: the
    contacts of a customer. `field` is its foreign key to this one; `prefers` are fields that both have and that
    belong to the companion where a sheet names one ("手机" beside "联系人")."""

    entity: str
    field: str
    prefers: tuple[str, ...] = ()


BASE_FIELDS = ("owner", "department", "created_at", "created_by", "changed_at", "changed_by")
MACHINERY = frozenset({"id", "version", "custom", "deleted_at", "deleted_by", "archived_at"})


class Entity:
    """One kind of record. Subclassing with a `model` registers it; the instance hangs on the model."""

    model: ClassVar[Any]
    policy_class: ClassVar[type[Policy]] = Policy
    flow: ClassVar[type[Flow] | None] = None
    slug: ClassVar[str] = ""
    icon: ClassVar[str] = "box"
    title: ClassVar[str] = "name"
    titled_by: ClassVar[list[str]] = []
    """The fields that `str()` of a record reads. Lists then read no further ones; where it is empty they read all."""
    columns: ClassVar[list[str]] = []
    sort: ClassVar[str] = "-created_at"
    categories: ClassVar[dict[str, Category]] = {}
    sections: ClassVar[list[Section]] = []
    quick: ClassVar[list[str]] = []
    facts: ClassVar[list[str]] = []
    badges: ClassVar[list[str]] = []
    lines: ClassVar[str] = ""  # the field whose choices are the business lines, each of which may have a layout
    search: ClassVar[list[str]] = []
    totals: ClassVar[list[str]] = []
    hidden: ClassVar[list[str]] = []
    settled: ClassVar[list[str]] = []
    once: ClassVar[list[str]] = []  # filled in when a record is made, and never changed
    tabs: list[Related] = []
    panels: list[Panel] = []
    figure_sources: list[Callable[[Any, Actor], Iterable[tuple[Label, str]]]] = []
    mark_sources: list[Callable[[Entity, Actor, Sequence[Any]], Mapping[int, str]]] = []
    """What stands beside the names in lists: of (entity, user, records), key and HTML, with one query at most."""
    in_menu: ClassVar[bool] = True
    in_create_menu: ClassVar[bool] = True
    creatable: ClassVar[bool] = True
    importable: ClassVar[bool] = True
    companions: ClassVar[list[Companion]] = []
    synonyms: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Further headings under which sheets carry a field."""
    match: ClassVar[list[str]] = []
    """Columns by which an import knows a record again."""
    help_page: ClassVar[str] = ""
    views: ClassVar[Mapping[str, Callable[..., Any]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "model" in cls.__dict__:
            cls.tabs, cls.panels = list(cls.tabs), list(cls.panels)
            cls.figure_sources, cls.mark_sources = list(cls.figure_sources), list(cls.mark_sources)
            entity = cls()
            cls.model._haike_entity = entity
            _registry[entity.label] = entity

    def __init__(self) -> None:
        self.policy = self.policy_class(self)
        if not self.slug:
            type(self).slug = f"{self.model._meta.model_name}s"

    # -- names -----------------------------------------------------------------------------------------------------

    @cached_property
    def label(self) -> str:
        """Such as "customers.customer"; rights, log and shares use it."""
        return str(self.model._meta.label_lower)

    @property
    def name(self) -> Label:
        """The word for one, as users see it."""
        return self.model._meta.verbose_name  # type: ignore[no-any-return]

    @property
    def label_plural(self) -> Label:
        """The word for many."""
        return self.model._meta.verbose_name_plural  # type: ignore[no-any-return]

    @property
    def url(self) -> str:
        """The address of the list."""
        return f"/{self.slug}/"

    def url_of(self, record: Any) -> str:
        """The address of a record's page."""
        return f"/{self.slug}/{record.pk}/"

    def named(self, text: str) -> Q:
        """The records with this title or number."""
        found = Q(**{self.title: text})
        for look in self.looks.values():
            if look.field is not None and look.field.unique and isinstance(look.field, models.CharField):
                found |= Q(**{look.name: text})
        return found

    # -- fields ----------------------------------------------------------------------------------------------------

    additions: ClassVar[Additions] = Additions()
    """The company's own fields and layouts; the room `fields` puts its own here."""

    @property
    def looks(self) -> dict[str, Look]:
        """Every field that surfaces know: the declared ones, the company's own, the common ones last."""
        return self.additions.looks(self)

    @cached_property
    def declared_looks(self) -> dict[str, Look]:
        """The fields of the model in its order, the common ones last."""
        meta, found = self.model._meta, {}
        mine = [f for f in [*meta.fields, *meta.many_to_many] if f.name not in BASE_FIELDS]
        for model_field in [*mine, *(meta.get_field(name) for name in BASE_FIELDS)]:
            if model_field.name in MACHINERY or model_field.name in self.hidden or isinstance(model_field, PinyinKey):
                continue
            found[model_field.name] = look_for(model_field)
        return found

    def look_at(self, path: str) -> Look:
        """The look of a field, or of a field of a record linked to ("customer__level")."""
        first, __, rest = path.partition("__")
        if not rest:
            return self.looks[first]
        target = self.model._meta.get_field(first).related_model
        look = target._haike_entity.look_at(rest)
        found = copy(look)
        found.label = f"{self.looks[first].label} · {look.label}"
        found.name, found.path, found.editable = path, path, False
        return found  # type: ignore[no-any-return]

    def right(self, user: Actor, name: str) -> FieldRight:
        """How the user may deal with a field or path."""
        first, __, rest = name.partition("__")
        own = self.policy.field_right(user, first)
        if not rest or own == "hidden":
            return own
        return self.model._meta.get_field(first).related_model._haike_entity.right(user, rest)  # type: ignore[no-any-return]

    def seen_by(self, user: Actor) -> dict[str, Look]:
        """The fields the user may see at all."""
        return {name: look for name, look in self.looks.items() if self.right(user, name) != "hidden"}

    def editable_by(self, user: Actor, *, made: bool = False) -> dict[str, Look]:
        """The fields the user may fill in; in a record that is `made`, those that he may change."""
        shut = {*self.settled, *(self.once if made else ())}
        return {
            name: look
            for name, look in self.looks.items()
            if look.editable and name not in shut and self.right(user, name) == "edit"
        }

    @property
    def all_sections(self) -> list[Section]:
        """The sections of form and page, as the company has laid them out."""
        return self.additions.sections(self)

    @cached_property
    def declared_sections(self) -> list[Section]:
        """The declared sections, and one for the editable fields that none of them names."""
        named = {name for section in self.sections for name in section.fields}
        rest = [
            name
            for name, look in self.declared_looks.items()
            if name not in named and name not in BASE_FIELDS and (look.editable or name in self.settled)
        ]
        return [*self.sections, *([Section(_("More"), rest)] if rest else [])]

    @property
    def parent(self) -> Entity | None:
        """The entity whose rights decide, when this one hangs on another."""
        if not self.policy.through:
            return None
        return self.model._meta.get_field(self.policy.through).related_model._haike_entity  # type: ignore[no-any-return]

    @cached_property
    def children(self) -> list[Entity]:
        """The entities that hang on this one."""
        return [entity for entity in entities() if entity.parent is self and entity is not self]

    def numbers(self) -> Iterator[tuple[str, str]]:
        """Fields that draw a number, with their patterns."""
        for model_field in self.model._meta.fields:
            if pattern := getattr(model_field, "pattern", None):
                yield model_field.name, pattern

    # -- finding ---------------------------------------------------------------------------------------------------

    def categories_for(self, user: Actor) -> dict[str, Category]:
        """The tabs of the list, "all" first."""
        return {"all": Category(_("All")), **self.categories}

    @property
    def searched(self) -> list[str]:
        """What search knows of: the declared paths, and own fields."""
        return [*self.search, *(name for name, look in self.looks.items() if look.searched)]

    def search_text(self, record: Any, *, fresh: bool = False, paths: Iterable[str] | None = None) -> list[str]:
        """What the index knows of a record: the searched fields (or `paths`), and the pinyin of the short ones.

        Nothing hangs yet on a `fresh` record, so the fields of others are not asked for.
        """
        parts, looks = list[str](), self.looks
        for path in self.searched if paths is None else paths:
            plain = looks.get(path)
            if fresh and plain is None and self.model._meta.get_field(path.partition("__")[0]).one_to_many:
                continue
            for look, value in self._values(record, path) if plain is None else [(plain, plain.get(record))]:
                parts += look.spellings(value) if value else []
        return parts

    @cached_property
    def pinyin_keys(self) -> dict[str, str]:
        """The columns by which lists sort names, by the name's own column."""
        return {key.source: key.name for key in pinyin_keys(self.model)}

    def _values(self, record: Any, path: str) -> Iterator[tuple[Look, Any]]:
        first, __, rest = path.partition("__")
        if not rest:
            yield (look := self.looks[first]), look.get(record)
            return
        relation = self.model._meta.get_field(first)
        entity = relation.related_model._haike_entity
        if relation.one_to_many:
            # Not filtered by the database: the children are often fetched ahead for many records.
            for child in getattr(record, relation.get_accessor_name()).all():
                if child.deleted_at is None:
                    yield from entity._values(child, rest)
        elif (target := getattr(record, first)) is not None:
            yield from entity._values(target, rest)

    @cached_property
    def search_relations(self) -> list[str]:
        """What to fetch ahead before computing the search text of many records."""
        found = []
        for first in sorted({path.partition("__")[0] for path in self.search if "__" in path}):
            relation = self.model._meta.get_field(first)
            found.append(relation.get_accessor_name() if relation.one_to_many else first)
        return found

    @cached_property
    def indexed_elsewhere(self) -> list[tuple[Entity, str, frozenset[str]]]:
        """(entity, lookup of its records, my fields) for entities whose index holds my fields."""
        found = []
        for entity in entities():
            by_relation: dict[str, set[str]] = {}
            for path in entity.search:
                first, __, rest = path.partition("__")
                if rest:
                    by_relation.setdefault(first, set()).add(rest.split("__")[0])
            for first, names in by_relation.items():
                relation = entity.model._meta.get_field(first)
                if relation.related_model is self.model:
                    # A reverse relation is followed from the child's side by its own foreign key.
                    lookup = f"child:{relation.field.name}" if relation.one_to_many else f"{first}_id"
                    found.append((entity, lookup, frozenset(names)))
        return found

    # -- writing: the doors that form, import, API and jobs use; an entity with rules of its own overrides them -----

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        """Make a record."""
        return change.create(self.model, by=by, batch=batch, **values)

    def change(
        self, record: Any, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> Any:
        """Change a record."""
        return change.change(record, by=by, version=version, batch=batch, **values)

    def changes_plainly(self, names: Collection[str]) -> bool:
        """Whether a change of these fields is the kernel's and no more; then bulk acts write many at once."""
        return type(self).change is Entity.change

    def blank(self) -> Any:
        """A fresh record with its defaults, not saved."""
        record = blank(self.model)
        self.additions.start(self, record)
        return record

    def put(self, record: Any, values: Mapping[str, Any]) -> None:
        """Set values in a record that is being written."""
        looks = self.looks
        for name, value in values.items():
            if name in looks:
                looks[name].put(record, value)
            else:
                setattr(record, name, value)

    def drafts(self, rows: Sequence[Mapping[str, Any]], *, by: Actor) -> Sequence[Any]:
        """Rows made ready for `create_many`: each a Draft, its Refused, or itself where that needs writing."""
        return bulk.draft_many(self, rows, by=by) if self._quick(rows) else rows

    def create_many(self, rows: Sequence[Any], *, by: Actor, batch: Batch) -> list[Any]:
        """Make records of rows or drafts, one by one where `create` does more; what cannot be made is its Refused."""
        if self._quick(rows):
            return bulk.create_many(self, rows, by=by, batch=batch)
        made: list[Any] = []
        for row in rows:
            try:
                made.append(self.create(by=by, batch=batch, **row))
            except Refused as no:
                made.append(no)
        return made

    def _quick(self, rows: Sequence[Any]) -> bool:
        links = {look.name for look in self.looks.values() if look.multiple and look.kind == "references"}
        linked = any(links & row.keys() for row in rows if not isinstance(row, bulk.Draft))
        return type(self).create is Entity.create and not linked

    def remove(self, record: Any, *, by: Actor) -> Any:
        """Move a record to the recycle bin."""
        return change.remove(record, by=by)

    def taken_back(self, records: list[Any]) -> None:
        """An undone batch has just moved these to the recycle bin; put right what followed from them."""

    def restore(self, record: Any, *, by: Actor) -> Any:
        """Take a record out of the recycle bin."""
        return change.restore(record, by=by)

    def match_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What an import looks up to find a record that is there already: column and value."""
        return {name: values[name] for name in self.match if values.get(name)}

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        """Warnings that a form shows before saving (possible duplicates …); empty when there is nothing to say."""
        return []

    # -- page ------------------------------------------------------------------------------------------------------

    def side(self, user: Actor) -> list[SideGroup]:
        """The trees beside the list."""
        return []

    def figures(self, record: Any, user: Actor) -> list[tuple[Label, str]]:
        """The row of small numbers on the page, from this room and those below."""
        return [figure for source in self.figure_sources for figure in source(record, user)]

    def list_buttons(self, user: Actor) -> list[Button]:
        """What the head of the list offers beside a new record and an import."""
        return []

    def row_buttons(self, user: Actor) -> Callable[[Any], list[Button]]:
        """What hovering over a row of the list offers, as a function of its record; Button.icon is shown."""
        return lambda _record: []

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        """What a user can do with a record beside editing and deleting."""
        return []

    def stages(self, record: Any) -> list[tuple[str, Label, str]]:
        """The path a record walks: (key, label, "done" | "current" | "next")."""
        return []


_registry: dict[str, Entity] = {}


def entities() -> list[Entity]:
    """All registered entities in the order in which their rooms were loaded."""
    return list(_registry.values())


def entity_named(slug: str) -> Entity | None:
    """The entity with this slug or label, or None."""
    return _registry.get(slug) or next((entity for entity in _registry.values() if slug == entity.slug), None)


def entity_of(model: Any) -> Entity:
    """The entity of a model or record."""
    return model._haike_entity  # type: ignore[no-any-return]
