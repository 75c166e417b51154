"""The page of a document for paper: which template, which columns; and its lines as a file."""

from __future__ import annotations

from io import BytesIO
from typing import Any, cast
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from haike.catalog.paper.entity import GRANT
from haike.catalog.paper.kinds import COLUMNS, KINDS, USUAL
from haike.catalog.paper.lines import MONEY, NUMBERS, has_lines, values_of
from haike.catalog.paper.page import page_of
from haike.catalog.paper.record import AS_IS, PrintChoice, PrintTemplate
from haike.customers.paper.views import note_print
from haike.digits import whole
from haike.kernel.entity import Button, Entity, entity_named, entity_of
from haike.kernel.policy import Actor
from haike.papers.freeze import picture_in_place
from haike.papers.module import PAPERS
from haike.papers.paper import Paper, declare_paper
from haike.papers.send import send_view
from haike.people.company.profile import company
from haike.refused import Refused
from haike.screens.door import find_record, refused_page
from haike.sheets.write import Column, SheetWriter


def _found(request: HttpRequest, slug: str, pk: int, action: str) -> tuple[Entity, Any]:
    """The entity and the record, which is printed by templates and which the user may print; else 404."""
    entity, user = entity_named(slug), cast(Any, request.user)
    if entity is None or slug != entity.slug or entity.label not in KINDS or not entity.policy.may(user, "view"):
        raise Http404
    record = find_record(entity, user, pk)
    if not entity.policy.allows(user, action, record):
        raise Refused(_("You may look at this record, but not print it or take it out."))
    return entity, record


def paper_view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The page; a POST notes that it is printed, or keeps the columns that the user has chosen for this template."""
    user = cast(Any, request.user)
    try:
        entity, record = _found(request, slug, pk, "print")
        templates = _templates(user, entity)
        template = _chosen(templates, request)
        if request.method == "POST" and not request.POST.get("printed"):
            return _keep(request, entity, record, template)
        columns, own_choice = _columns(user, entity, template)
        export = note_print(entity, user, _words(columns), 1) if request.POST.get("printed") else None
    except Refused as no:
        return refused_page(request, no)
    url = entity.url_of(record)
    context = {
        "entity": entity,
        "record": record,
        "templates": templates,
        "template": template,
        "columns": [(name, label, name in columns) for name, label in COLUMNS.items()] if has_lines(record) else [],
        "own_choice": own_choice,
        "page": page_of(record, template, columns, user),
        "export": export,
        "back_url": url,
        "mail": _mail(entity, record, user),
        "send_url": f"{url}paper/send?template={template.pk if template is not None else 0}" if PAPERS.is_on() else "",
        "sheet_url": f"{url}lines.xlsx" if has_lines(record) and entity.policy.allows(user, "export", record) else "",
        "may_set_up": user.grants.may_do(GRANT),
    }
    return render(request, "catalog/paper.html", context)


def _templates(user: Any, entity: Entity) -> list[PrintTemplate]:
    return list(PrintTemplate.objects.visible_to(user).filter(entity=entity.label).order_by("-usual", "name"))


def _chosen(templates: list[PrintTemplate], request: HttpRequest) -> PrintTemplate | None:
    """The template that the address names, "0" for none; else the one that is used first."""
    said = request.POST.get("template", request.GET.get("template"))
    if said is None:
        return templates[0] if templates and templates[0].usual else None
    key = whole(said)
    return next((each for each in templates if each.pk == key), None)


def _columns(user: Any, entity: Entity, template: PrintTemplate | None) -> tuple[list[str], bool]:
    """The columns that this user prints with this template, and whether he chose them himself."""
    choice = _choice(user, entity, template).first()
    if choice is not None:
        return list(choice.columns), True
    return list(template.columns) if template is not None and template.columns else list(USUAL), False


def _words(columns: list[str]) -> str:
    return ", ".join(str(COLUMNS[name]) for name in columns if name in COLUMNS)


def _choice(user: Any, entity: Entity, template: PrintTemplate | None) -> Any:
    return PrintChoice.objects.filter(user_id=user.pk, entity=entity.label, template=template)


def _keep(request: HttpRequest, entity: Entity, record: Any, template: PrintTemplate | None) -> HttpResponse:
    columns = [name for name in COLUMNS if name in request.POST.getlist("columns")]
    user = cast(Any, request.user)
    kept = _choice(user, entity, template)
    if request.POST.get("reset") or not columns:
        kept.delete()
    elif not kept.update(columns=columns):
        PrintChoice(user_id=user.pk, entity=entity.label, template=template, columns=columns).save()
    return redirect(f"{entity.url_of(record)}paper?template={template.pk if template is not None else 0}")


def may_print(user: Any, record: Any) -> bool:
    """Whether a user may take a document out on paper, and so by a link."""
    return entity_of(record).policy.allows(user, "print", record)


DOCUMENT = "document"
declare_paper(DOCUMENT, may_print)


def send_paper_view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Send the page by a link, as it is with this template now."""
    user = cast(Any, request.user)
    try:
        entity, record = _found(request, slug, pk, "print")
    except Refused as no:
        return refused_page(request, no)
    template = _chosen(_templates(user, entity), request)
    columns, _own = _columns(user, entity, template)

    def sheet() -> str:
        page = page_of(record, template, columns, user)
        page |= {
            "logo": picture_in_place(company().logo) if page["logo"] else "",
            "seal": picture_in_place(template.seal) if template is not None and page["seal"] else "",
        }
        return render_to_string("catalog/paper_sheet.html", {"page": page})

    key = template.pk if template is not None else 0
    paper = Paper(
        DOCUMENT,
        record,
        # The number alone: a subject is not always meant for the customer.
        title=f"{KINDS[entity.label].title} {getattr(record, 'number', record.pk)}",
        sheet=sheet,
        note=lambda form: note_print(entity, user, _words(columns), 1, form),
        back_url=f"{entity.url_of(record)}paper?template={key}",
    )
    return send_view(request, paper, hidden={"template": key})


def _mail(entity: Entity, record: Any, user: Any) -> str:
    """A mail to the contact of the document in the reader's own mail program; empty without an address."""
    contact = getattr(record, "contact", None)
    if contact is None or contact.deleted_at is not None:
        return ""
    if not type(contact).objects.visible_to(user).filter(pk=contact.pk).exists() or not contact.email:
        return ""
    of = entity_of(contact)
    if of.right(user, "email") not in ("read", "edit") or contact.owner_id in of.policy.veils(user):
        return ""
    return f"mailto:{contact.email}?subject={quote(str(record))}"


@require_GET
def sheet_view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The lines as an Excel file, which the editor of lines can read again; it is noted like every export."""
    user = cast(Any, request.user)
    try:
        entity, record = _found(request, slug, pk, "export")
        if not has_lines(record) or entity.right(user, "lines") not in ("read", "edit"):
            raise Http404
        names = [name for name in COLUMNS if name != "place"]
        rows = values_of(record, AS_IS)
        words = ", ".join(str(COLUMNS[name]) for name in names)
        note = note_print(entity, user, words, 1, "xlsx")
    except Refused as no:
        return refused_page(request, no)
    file = BytesIO()
    kinds = {name: "money" if name in MONEY else "number" if name in NUMBERS else "text" for name in names}
    with SheetWriter(file) as writer:
        writer.add_sheet(str(entity.name), [Column(str(COLUMNS[name]), cast(Any, kinds[name])) for name in names])
        for values in rows:
            writer.write_row([values[name] for name in names])
    answer = HttpResponse(
        file.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{record} {note.number}.xlsx')}"
    return answer


def paper_button(record: Any, user: Actor) -> list[Button]:
    """Printing by templates, on the page of a record."""
    entity = entity_of(record)
    if record.deleted_at is not None or not entity.policy.allows(user, "print", record):
        return []
    return [Button(_("Print, send"), f"{entity.url_of(record)}paper", "printer")]
