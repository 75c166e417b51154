"""The pages of webhooks, for administrators."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.api.webhook import actions
from haike.api.webhook.record import TEST, Delivery, Webhook, events
from haike.digits import whole
from haike.kernel.entity import entity_named
from haike.refused import Refused
from haike.screens.door import done, refused_page

HERE = "/settings/webhooks/"
SIZE = 50
View = Callable[..., HttpResponse]
COLOURS = {Delivery.State.SENT: "green", Delivery.State.FAILED: "red", Delivery.State.WAITING: "blue"}


def for_administrators(view: View) -> View:
    """Only for those who hold the grant "settings"; for others the page is not there."""

    @wraps(view)
    def inner(request: HttpRequest, **where: Any) -> HttpResponse:
        if not cast(Any, request.user).grants.may_do("settings"):
            raise Http404
        try:
            return view(request, **where)
        except Refused as no:
            return refused_page(request, no)

    return inner


def _hook(pk: int) -> Webhook:
    found = Webhook.objects.select_related("owner").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _posted(request: HttpRequest) -> None:
    if request.method != "POST":
        raise Http404


@for_administrators
def webhooks_view(request: HttpRequest) -> HttpResponse:
    """All webhooks."""
    waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING))
    hooks = Webhook.objects.select_related("owner").annotate(waiting=waiting)
    lines = [{"hook": hook, "tells": _tells(hook)} for hook in hooks]
    return render(request, "api/webhooks.html", {"lines": lines})


def _tells(hook: Webhook) -> list[str]:
    return [str(_("Everything"))] if hook.wanted is None else actions.told_words(hook.wanted)


@for_administrators
def edit_view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make a webhook, or change one; of a new one the secret is shown this once."""
    user = cast(Any, request.user)
    hook = _hook(pk) if pk is not None else None
    faults: dict[str, str] = {}
    message = ""
    if request.method == "POST":
        name, url = request.POST.get("name", ""), request.POST.get("url", "").replace("\0", "")
        everything, ticked = request.POST.get("limit") == "all", request.POST.getlist("tell")
        try:
            saved, key = actions.save_webhook(
                hook, name=name, url=url, wanted=None if everything else _by_label(ticked), by=user
            )
        except Refused as no:
            faults = {field: str(sentence) for field, sentence in no.fields.items()}
            message = str(no.message)
        else:
            if key:
                return _page(request, saved, key=key)
            return done(request, _("The webhook is saved."), f"{HERE}{saved.pk}/")
    else:
        name, url = (hook.name, hook.url) if hook else ("", "")
        everything = hook is not None and hook.wanted is None
        ticked = [f"{label}:{event}" for label, some in ((hook.wanted if hook else {}) or {}).items() for event in some]
    context = {
        "hook": hook,
        "name": name,
        "url": url,
        "everything": everything,
        "ticked": ticked,
        "events": events(),
        "entities": actions.choosable(user),
        "faults": faults,
        "message": message,
        "takes_over": hook is not None and hook.owner_id != user.pk,
    }
    status = 422 if faults or message else 200
    return render(request, "api/webhook_edit.html", context, status=status)


def _by_label(ticked: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in ticked:
        label, __, event = each.partition(":")
        found.setdefault(label, []).append(event)
    return found


@for_administrators
def webhook_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook and its deliveries, the newest first."""
    return _page(request, _hook(pk))


def _page(request: HttpRequest, hook: Webhook, *, key: str = "") -> HttpResponse:
    state, before = request.GET.get("state", ""), whole(request.GET.get("before"))
    rows = Delivery.objects.filter(hook=hook).order_by("-id").defer("body", "answer", "rows")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: SIZE + 1])
    states = [("", _("All"))] + [(each.value, each.label) for each in Delivery.State]
    context = {
        "hook": hook,
        "key": key,
        "tells": _tells(hook),
        "lines": [_line(each) for each in found[:SIZE]],
        "more": f"?state={state}&before={found[SIZE - 1].pk}" if len(found) > SIZE else "",
        "states": [(f"?state={value}" if value else "?", label, value == state) for value, label in states],
        "first": before is None,
        "state": state,
        "given_up": actions.given_up(hook).count() if hook.active and state in ("", Delivery.State.FAILED) else 0,
        "waiting": any(each.state == Delivery.State.WAITING and not each.tries for each in found),
        "mine": hook.owner_id == cast(Any, request.user).pk,
    }
    fragment = getattr(request, "htmx", False) and not key
    return render(request, "api/webhook.html#log" if fragment else "api/webhook.html", context)


def _line(delivery: Delivery) -> dict[str, Any]:
    entity = entity_named(delivery.entity) if delivery.entity else None
    event = _("Test") if delivery.event == TEST else events().get(delivery.event, delivery.event)
    return {
        "delivery": delivery,
        "what": f"{entity.name} · {event}" if entity is not None else event,
        "colour": COLOURS[Delivery.State(delivery.state)],
        "url": f"{HERE}{delivery.hook_id}/deliveries/{delivery.pk}/",
    }


@for_administrators
def delivery_view(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """One delivery: what was sent and what came back. The records in it are shown only to the user as whom it was."""
    delivery = _delivery(pk, key)
    mine = delivery.seen_by_id == cast(Any, request.user).pk
    context = {**_line(delivery), "hook": delivery.hook, "mine": mine, "body": _readable(delivery.body)}
    return render(request, "api/delivery.html", context)


def _readable(body: str) -> str:
    """JSON in lines; what was shortened is shown as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


def _delivery(pk: int, key: int) -> Delivery:
    found = Delivery.objects.select_related("hook").filter(pk=key, hook=pk).first()
    if found is None:
        raise Http404
    return found


@for_administrators
def again_view(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """Send a delivery once more."""
    _posted(request)
    actions.send_again(_delivery(pk, key))
    return done(request, _("It is sent again."), f"{HERE}{pk}/")


@for_administrators
def failed_again_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Send all that was given up once more."""
    _posted(request)
    number = actions.send_failed_again(_hook(pk))
    told = ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", number) % {"n": number}
    return done(request, told, f"{HERE}{pk}/")


@for_administrators
def test_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a test."""
    _posted(request)
    actions.send_test(_hook(pk))
    return redirect(f"{HERE}{pk}/")


@for_administrators
def switch_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a webhook on or off."""
    _posted(request)
    on = request.POST.get("on") == "1"
    actions.switch(_hook(pk), on=on, by=cast(Any, request.user))
    return done(request, _("The webhook is on.") if on else _("The webhook is off."), f"{HERE}{pk}/")


@for_administrators
def secret_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new secret and show it this once."""
    _posted(request)
    hook = _hook(pk)
    return _page(request, hook, key=actions.renew_secret(hook, by=cast(Any, request.user)))


@for_administrators
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a webhook."""
    _posted(request)
    hook = _hook(pk)
    actions.delete_webhook(hook, by=cast(Any, request.user))
    return done(request, _("The webhook “%(name)s” is deleted.") % {"name": hook.name}, HERE, go=True)
