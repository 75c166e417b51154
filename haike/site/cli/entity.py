"""`haike entity customers` prints all that follows from a declaration; without a name it lists the entities."""

import difflib
from collections.abc import Iterable, Iterator

import click
from django.urls import resolve
from django.urls.exceptions import Resolver404

from haike.kernel.entity import Entity, entities, entity_named
from haike.site.cli.language import _

Row = tuple[str, ...]


@click.command()
@click.argument("name", required=False)
def command(name: str | None) -> None:
    if name is None:
        table([(_("Name"), _("Label"), _("Model"))], [(e.slug, str(e.label_plural), e.label) for e in entities()])
        return
    entity = entity_named(name)
    if entity is None:
        near = difflib.get_close_matches(name, [entity.slug for entity in entities()], n=1)
        hint = " " + _("Nearest: {name}").format(name=near[0]) if near else ""
        raise click.ClickException(_("No entity is called {name}.").format(name=name) + hint)
    for title, rows in parts(entity):
        listed = list(rows)
        if listed:
            click.echo(click.style(f"\n{title}", bold=True))
            table([], listed)


def parts(entity: Entity) -> Iterator[tuple[str, Iterable[Row]]]:
    """Everything derived, heading by heading."""
    model = entity.model
    yield (
        _("Entity"),
        [
            (_("Name"), entity.slug),
            (_("Label"), f"{entity.name} / {entity.label_plural}"),
            (_("Declared in"), f"{type(entity).__module__}.{type(entity).__name__}"),
            (_("Model"), f"{model.__module__}.{model.__name__}  ({model._meta.db_table})"),
            (_("Rights come from"), entity.parent.slug if entity.parent else type(entity.policy).__name__),
        ],
    )
    yield (
        _("Fields"),
        [("", _("kind"), _("label"), _("how"), _("filters by"))] + [field_row(entity, n) for n in entity.looks],
    )
    yield _("Hidden from all surfaces"), [(name,) for name in entity.hidden]
    yield _("List"), [(name, str(entity.look_at(name).label)) for name in entity.columns]
    yield _("Categories"), [(key, str(category.label)) for key, category in entity.categories.items()]
    yield _("Sections"), [(str(section.label), ", ".join(section.fields)) for section in entity.all_sections]
    yield _("Search"), [(path,) for path in entity.search]
    yield _("Totals"), [(path,) for path in entity.totals]
    yield _("Numbers"), list(entity.numbers())
    if entity.flow is not None:
        steps = entity.flow.steps().values()
        yield _("Steps"), [(s.name, f"{', '.join(s.sources)} → {s.to}", ", ".join(s.asks), s.announce) for s in steps]
    yield _("Tabs"), [(related.entity, related.field, str(related.label)) for related in entity.tabs]
    yield _("Panels"), [(panel.key, panel.place, str(panel.label)) for panel in entity.panels]
    yield _("Part of it"), [(child.slug, child.policy.through) for child in entity.children]
    yield _("Addresses"), addresses(entity)


def field_row(entity: Entity, name: str) -> Row:
    look = entity.looks[name]
    how = [_("required")] if look.required else []
    if name in entity.settled:
        how.append(_("set once"))
    elif not look.editable:
        how.append(_("read only"))
    elif name in entity.once:
        how.append(_("for new ones only"))
    return name, look.kind, str(look.label), ", ".join(how), " ".join(look.operators)


def addresses(entity: Entity) -> Iterator[Row]:
    """The pages that answer, as the router sees them."""
    slug = entity.slug
    known = ["", "count", "new", "bin/", "pick", "export", "import/", "1/", "1/edit", "1/delete", "1/restore", "1/log"]
    for rest in known:
        address = f"/{slug}/{rest}"
        try:
            view = resolve(address)
        except Resolver404:
            continue
        yield address.replace("/1/", "/{id}/"), view.view_name or view._func_path


def table(head: list[Row], rows: list[Row]) -> None:
    everything = head + rows
    widths = [
        max(wide(row[place]) for row in everything if place < len(row)) for place in range(max(map(len, everything)))
    ]
    for row in everything:
        cells = [text + " " * (widths[place] - wide(text)) for place, text in enumerate(row)]
        click.echo("  " + "  ".join(cells).rstrip())


def wide(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if "\u2e80" <= char <= "\uffef" else 1 for char in text)
