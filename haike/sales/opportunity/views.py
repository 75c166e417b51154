"""Moving an opportunity to a stage: what the stage demands is asked for in the same form."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Section, entity_of
from haike.refused import Conflict, Refused
from haike.sales.opportunity.demanded import missing
from haike.sales.opportunity.record import OPEN, Opportunity
from haike.sales.opportunity.stage import Stage
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import FormPage, Typed, form_looks, render_form
from haike.screens.table import EntityWords

ALWAYS = ("probability", "stage_note")


def stage_view(request: HttpRequest, pk: int, stage: int) -> HttpResponse:
    """Ask for what the stage needs, then move the opportunity there."""
    user, entity = cast(Any, request.user), entity_of(Opportunity)
    if not entity.policy.may(user, "view"):
        raise Http404
    record = find_record(entity, user, pk, joins=["stage"])
    target = Stage.objects.live().select_related("pipeline").filter(pk=stage).first()
    if target is None:
        raise Http404
    if not entity.policy.allows(user, "edit", record):
        return refused_page(request, Refused(_("You may look at this record, but not change it.")))
    if record.state != OPEN:
        return refused_page(request, Refused(_("Take the opportunity up again before moving it.")))
    names = list(dict.fromkeys([*target.asked, *ALWAYS]))
    if "lines" in names:
        # They are priced for their customer, and the amount follows them.
        names = list(dict.fromkeys(["customer", *names, "amount"]))
    if "amount" in names:
        names.insert(names.index("amount") + 1, "currency")
    typed = Typed(form_looks(entity, user, record=record, names=names), user)
    typed.start({name: look.get(record) for name, look in typed.looks.items()})
    if "probability" in typed.looks:
        typed.start({"probability": target.probability})
    status = 200
    if request.method == "POST":
        typed.read(request.POST, request.FILES)
        if typed.parse():
            try:
                entity.change(record, by=user, version=whole(request.POST.get("version")), stage=target, **typed.values)
            except Conflict:
                typed.message = str(_("Somebody else has saved this record in the meantime. Please look again."))
            except Refused as no:
                typed.refuse(no)
            else:
                said = _("“%(title)s” is in the stage “%(stage)s” now.")
                return done(request, said % {"title": record, "stage": target}, entity.url_of(record))
        status = 422
    elif request.GET.get("missing") == "1":
        record.stage = target
        typed.errors = {name: said for name, said in missing(record).items() if name in typed.looks}
    page = FormPage(
        title=_("To the stage “%(stage)s”: %(title)s") % {"stage": target, "title": record},
        action=request.path,
        sections=[],
        entity=EntityWords.of(entity),
        version=record.version,
        top=render_to_string("sales/opportunity/stage.html", {"stage": target}),
        back_url=entity.url_of(record),
        buttons=[{"label": _("Move"), "primary": True, "name": "", "value": ""}],
    )
    return render_form(request, page, typed, [Section("", list(typed.looks))], status)
