"""What to do now: the present stage of an opportunity with its tasks to tick, guidance and days."""

from __future__ import annotations

import json
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.digits import whole
from haike.kernel.entity import entity_of
from haike.refused import Refused
from haike.sales.opportunity.forecast.page import said_of
from haike.sales.opportunity.history import DAY
from haike.sales.opportunity.record import OPEN, Opportunity
from haike.sales.opportunity.stage import Stage
from haike.sales.opportunity.task import tasks_by_stage, tick_off
from haike.screens.door import find_record, refused_page


def guide(request: HttpRequest, opportunity: Any) -> SafeString:
    """What to do in the present stage, what to bring, and how long it has been there."""
    if opportunity.state != OPEN:
        return SafeString()
    stage = opportunity.stage
    days = (timezone.now() - opportunity.stage_since) // DAY
    entity, groups = entity_of(Opportunity), tasks_by_stage(opportunity)
    context = {
        "shown": {"stage": stage, "days": days, "late": days - stage.days if stage.days and days > stage.days else 0},
        "told": said_of(request.user, opportunity),
        "here": next((each for each in groups if each.present), None),
        "others": [each for each in groups if not each.present],
        "tick_url": f"{entity.url_of(opportunity)}task",
        "may_tick": entity.policy.allows(cast(Any, request.user), "edit", opportunity),
    }
    return render_to_string("sales/opportunity/guide.html", context, request=request)


@require_POST
def task_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a task, or open it again; answers with the guide as it is then, the time line is fetched anew."""
    user, entity = cast(Any, request.user), entity_of(Opportunity)
    if not entity.policy.may(user, "view"):
        raise Http404
    record = find_record(entity, user, pk, joins=["stage"])
    if not entity.policy.allows(user, "edit", record):
        return refused_page(request, Refused(_("You may look at this record, but not change it.")))
    stage = Stage.objects.live().filter(pk=whole(request.POST.get("stage"))).first()
    if stage is None:
        raise Http404
    try:
        tick_off(record, stage, request.POST.get("task", ""), done=request.POST.get("done") == "1", by=user)
    except Refused as no:
        return refused_page(request, no)
    if not getattr(request, "htmx", False):
        return redirect(entity.url_of(record))
    return HttpResponse(guide(request, record), headers={"HX-Trigger": json.dumps({"refresh": ""})})
