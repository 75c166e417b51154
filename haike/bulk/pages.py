"""The screens of bulk acts: the question with its numbers, the batches, one batch, and undoing it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.acts import ACTS
from haike.bulk.case import Case
from haike.bulk.forms import Chosen, form_for, seen_at
from haike.bulk.run import BulkRun
from haike.bulk.undo import UNDO, demand_may_undo, undo_batch
from haike.bulk.work import AT_ONCE, settle_run, start_run, start_undo
from haike.jobs.job import Job, cancel
from haike.kernel.entity import Entity, entity_named
from haike.kernel.log import Batch, Change
from haike.refused import Refused
from haike.screens.actor import name_of
from haike.screens.door import done, entity_view, refused_page
from haike.screens.list import bulk_sources
from haike.sheets.write import SheetWriter

PAGE = 30
SHOWN = 20
KINDS = {
    "import": _("Import"),
    "vcard": _("vCard import"),
    "handover": _("Hand-over"),
}


def act_view(request: HttpRequest, slug: str, act: str) -> HttpResponse:
    """Ask, then do: few records at once, many as a job."""
    if act not in ACTS:
        raise Http404
    return _act(request, slug, act=act)


@entity_view("bulk")
def _act(request: HttpRequest, entity: Entity, act: str) -> HttpResponse:
    chosen_act, user = ACTS[act], cast(Any, request.user)
    for need in chosen_act.needs:
        entity.policy.demand(user, need)
    if not chosen_act.offered(entity, user, request.GET.get("tab", "all")):
        raise Http404
    chosen, form = Chosen.of(request, entity, chosen_act), form_for(request, entity, chosen_act)
    status = 200
    if request.method == "POST" and request.POST.get("sure"):
        if form.read(request):
            try:
                run = start_run(
                    entity, chosen_act, chosen.keys(), form.values, form.title, by=user, seen_at=seen_at(request)
                )
            except Refused as no:
                form.typed.refuse(no)
            else:
                return _begun(request, entity, run)
        status = 422
    elif request.method == "POST" and "choose" in request.POST:
        form.typed.read(request.POST)
    total, allowed = chosen.counts()
    context = {
        "form": form,
        "act": chosen_act,
        "act_name": chosen_act.name_for(entity),
        "entity": entity,
        "action": f"/{entity.slug}/bulk/{act}?{urlencode(chosen.query)}",
        "hidden": {**chosen.hidden, "seen-at": timezone.now().isoformat()},
        "total": f"{total:,}",
        "allowed": f"{allowed:,}",
        "refused": f"{total - allowed:,}" if total > allowed else "",
        "later": total > AT_ONCE,
        "back_url": f"{entity.url}bin/" if act == "restore" else entity.url,
    }
    template = "bulk/act.html#form" if getattr(request, "htmx", False) else "bulk/act.html"
    return render(request, template, context, status=status)


def _begun(request: HttpRequest, entity: Entity, run: BulkRun) -> HttpResponse:
    batch, back = run.batch, f"{entity.url}bin/" if run.act == "restore" else entity.url
    if not run.ended:
        return done(request, _("This runs in the background now."), f"/batches/{batch.pk}/", go=True)
    if batch.refused:
        message = _("%(changed)s changed, %(refused)s refused.") % {"changed": batch.changed, "refused": batch.refused}
        return done(request, message, f"/batches/{batch.pk}/", go=True)
    said = SAID.get(run.act) or ACTS[run.act].said or _("%(count)s changed.")
    message = said % {"count": batch.changed}
    return done(request, message, back, undo_url=f"/batches/{batch.pk}/undo" if batch.changed else "")


SAID = {
    "delete": _("%(count)s moved to the recycle bin."),
    "restore": _("%(count)s are back."),
    "transfer": _("%(count)s transferred."),
    "share": _("%(count)s shared."),
    "archive": _("%(count)s archived."),
}


def bulk_acts(entity: Entity, user: Any, selection: Any) -> list[dict[str, Any]]:
    """What a list offers for chosen rows."""
    archived = selection.state == "archived"
    left_out = {"restore", "archive" if archived else "unarchive"}
    return [
        {"url": f"/{entity.slug}/bulk/{act.key}", "label": act.name_for(entity), "icon": act.icon, "danger": act.danger}
        for act in ACTS.values()
        if act.key not in left_out and act.offered(entity, user, selection.tab)
    ]


bulk_sources.append(bulk_acts)


# -- batches -----------------------------------------------------------------------------------------------------------


def sees_all(user: Any) -> bool:
    """Whether the user sees everybody's batches."""
    return bool(user.grants.may_do("log"))


def visible_batches(user: Any) -> Any:
    """The user's own batches; for those who read the operation log everybody's."""
    rows = Batch.objects.exclude(kind=UNDO).select_related("by", "undone_by", "run")
    return rows if sees_all(user) else rows.filter(by_id=user.pk)


class Row:
    """A batch as the pages show it."""

    def __init__(self, batch: Batch, user: Any) -> None:
        self.batch, self.user = batch, user
        self.run: BulkRun | None = getattr(batch, "run", None)
        if self.run is not None:
            settle_run(self.run)
        self.entity = entity_named(batch.entity)
        self.url = f"/batches/{batch.pk}/"
        self.kind = ACTS[batch.kind].label if batch.kind in ACTS else KINDS.get(batch.kind, batch.kind)
        self.what = self.entity.label_plural if self.entity else ""
        self.count = batch.created + batch.changed

    @property
    def active(self) -> bool:
        """Whether something is still happening."""
        if self.batch.undoing_at and not self.batch.undone_at:
            return not self.interrupted
        return self.run is not None and not self.run.ended

    @property
    def interrupted(self) -> bool:
        """Whether an undo stopped halfway; it can be started again."""
        if not self.batch.undoing_at or self.batch.undone_at:
            return False
        job = Job.objects.filter(key=f"undo-{self.batch.pk}").first()
        return job is not None and not job.active

    @property
    def state(self) -> tuple[Any, str]:
        """The state in words and its colour."""
        if self.batch.undone_at:
            return _("Undone"), "grey"
        if self.batch.undoing_at:
            return (_("Undo was interrupted"), "red") if self.interrupted else (_("Being undone"), "blue")
        if self.run is not None and self.run.state != "done":
            colours = {"failed": "red", "cancelled": "yellow"}
            return self.run.state_label, colours.get(self.run.state, "blue")
        return _("Finished"), "green"

    @property
    def may_undo(self) -> bool:
        """Whether the user may take it back now."""
        if self.entity is None or not self.count or self.active or self.batch.undoing_at:
            return False
        try:
            demand_may_undo(self.entity, self.batch, self.user)
        except Refused:
            return False
        return True

    @property
    def percent(self) -> int:
        """How much of the act is done."""
        return self.run.done * 100 // self.run.total if self.run and self.run.total else 0


def batches_view(request: HttpRequest) -> HttpResponse:
    """What was done to many records at once: who, when, what, how many, and whether it is undone."""
    user = cast(Any, request.user)
    everybody = sees_all(user) and request.GET.get("whose") != "mine"
    rows = visible_batches(user) if everybody else visible_batches(user).filter(by_id=user.pk)
    page = Paginator(rows.order_by("-id"), PAGE).get_page(request.GET.get("page"))
    whose = {"whose": "mine"} if request.GET.get("whose") == "mine" else {}
    context = {
        "rows": [Row(batch, user) for batch in page],
        "everybody": everybody,
        "sees_all": sees_all(user),
        "prev_url": f"?{urlencode({**whose, 'page': page.previous_page_number()})}" if page.has_previous() else "",
        "next_url": f"?{urlencode({**whose, 'page': page.next_page_number()})}" if page.has_next() else "",
    }
    return render(request, "bulk/batches.html", context)


def find_batch(request: HttpRequest, pk: int) -> Row:
    """A batch that the user may see, or 404."""
    user = cast(Any, request.user)
    batch = visible_batches(user).filter(pk=pk).first()
    if batch is None:
        raise Http404
    return Row(batch, user)


def batch_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: its progress, what came of it, who was refused and why."""
    row = find_batch(request, pk)
    refusals = list(row.run.refusals.all()[:SHOWN]) if row.run else []
    seen: dict[int, Any] = {}
    if row.entity is not None:
        keys = [refusal.record_id for refusal in refusals]
        seen = {r.pk: r for r in row.entity.model.objects.visible_to(row.user).filter(pk__in=keys)}
    context = {
        "row": row,
        "refusals": [
            {"title": seen.get(each.record_id) or _("A record that you cannot see"), "reason": each.reason,
             "url": row.entity.url_of(seen[each.record_id]) if row.entity and each.record_id in seen else ""}
            for each in refusals
        ],
        "more": row.batch.refused > SHOWN,
    }  # fmt: skip
    template = "bulk/batch.html#state" if getattr(request, "htmx", False) else "bulk/batch.html"
    return render(request, template, context)


def refusals_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that was refused, as a sheet."""
    row = find_batch(request, pk)
    if row.run is None or row.entity is None:
        raise Http404
    refusals = list(row.run.refusals.all())
    seen: set[int] = set()
    for start in range(0, len(refusals), 1000):
        keys = [each.record_id for each in refusals[start : start + 1000]]
        seen |= set(row.entity.model.objects.visible_to(row.user).filter(pk__in=keys).values_list("pk", flat=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "refused.xlsx"
        with SheetWriter(path, format="xlsx") as writer:
            writer.add_sheet(str(_("Refused")), [str(row.entity.name), str(_("Why"))])
            for each in refusals:
                writer.write_row([each.title if each.record_id in seen else "", each.reason])
        content = path.read_bytes()
    answer = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = f'attachment; filename="batch-{pk}-refused.xlsx"'
    return answer


def stop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a bulk act that runs; what is done stays done and can be undone."""
    row = find_batch(request, pk)
    if request.method != "POST" or row.run is None or row.batch.by_id != row.user.pk:
        raise Http404
    job = Job.objects.filter(pk=row.run.job or 0).first()
    try:
        if job is None:
            raise Refused(_("This job has already ended."))
        cancel(job)
    except Refused as no:
        return refused_page(request, no)
    return redirect(row.url)


def undo_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an undo would do and what stands in its way; then take the batch back."""
    row = find_batch(request, pk)
    entity = row.entity
    if entity is None:
        raise Http404
    try:
        if row.interrupted and request.method == "POST":
            Batch.objects.filter(pk=pk, undone_at=None).update(undoing_at=None)
            Job.objects.filter(key=f"undo-{pk}").update(key=None)
            row = find_batch(request, pk)
        if request.method != "POST":
            return _ask_undo(request, row)
        choice = request.POST.get("conflicts", "")
        if not choice and row.count <= AT_ONCE and undo_batch(entity, row.batch, by=row.user, dry=True).conflicts:
            # The short way back from a notice: here is something to decide first.
            return done(request, _("Some records were changed since."), f"{row.url}undo", go=True)
        undone = start_undo(entity, row.batch, force=choice == "force", by=row.user)
    except Refused as no:
        return refused_page(request, no)
    if undone is None:
        return done(request, _("This is being undone in the background."), row.url, go=True)
    message = _("Undone: %(removed)s removed, %(reverted)s set back.") % vars(undone)
    if undone.conflicts:
        message = f"{message} {_('%(conflicts)s stay as they are.') % vars(undone)}"
    return done(request, message, row.url, go=bool(choice))


def _ask_undo(request: HttpRequest, row: Row) -> HttpResponse:
    entity = cast(Entity, row.entity)
    would = undo_batch(entity, row.batch, by=row.user, dry=True)
    context = {
        "row": row,
        "would": would,
        "conflicts": [line for case in would.listed[:SHOWN] for line in _lines(case, row)],
        "more": would.conflicts > SHOWN,
        "forcible": any(case.forcible for case in would.listed),
    }
    template = "bulk/undo.html#form" if getattr(request, "htmx", False) else "bulk/undo.html"
    return render(request, template, context)


def _lines(case: Case, row: Row) -> list[dict[str, Any]]:
    """The conflicts of a record in words: which field, what it was set to, what it is now, by whom and when."""
    entity, user = case.entity, row.user
    visible = entity.model.objects.visible_to(user).filter(pk=case.key).exists()
    last = Change.objects.filter(entity=entity.label, record_id=case.key).exclude(batch=row.batch)
    last = last.select_related("by").order_by("-id")
    found = []
    for conflict in case.conflicts:
        right = entity.right(user, conflict.name) if conflict.name else "read"
        plain = visible and right in ("edit", "read")
        # The latest rows are enough: an older change of this field would no longer be what it is now.
        who = next((each for each in last[:50] if not conflict.name or conflict.name in each.diff), None)
        found.append(
            {
                "title": str(case.record) if visible and case.record else _("A record that you cannot see"),
                "url": entity.url_of(case.record) if visible and case.record else "",
                "what": conflict.what,
                "ours": conflict.ours if plain else "",
                "now": conflict.now if plain else "",
                "who": (str(who.by) if who.by else name_of(who.by_name)) if who else "",
                "at": timezone.localtime(who.at) if who else None,
            }
        )
    return found
