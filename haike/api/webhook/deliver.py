"""Sending what waits, one webhook at a time, and trying again what failed.

A job sends all that waits for one webhook, in order; a mark on the webhook keeps a second job from doing the same at
once. A receiver that fails rests, longer after each failure, so that one that is down costs one try and not one for
each message. A job that is killed is run again, so a message may come twice, always under the same id.
"""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from uuid import uuid4

import orjson
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from haike.api.module import API
from haike.api.sealed import unseal
from haike.api.webhook.payload import message
from haike.api.webhook.post import WHOLE, Answer, post, sign
from haike.api.webhook.record import MOST_FAILURES, TEST, Delivery, Webhook, webhooks_changed
from haike.jobs.cron import cron
from haike.jobs.declare import asking, job
from haike.jobs.job import Job, Status
from haike.kernel.events import announce
from haike.refused import Refused

MOST_TRIES = 10
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 8 * 3600.0
"""Seconds: 15, 45, 135, … 8 hours; ten tries take some twenty hours."""
RUN = 60.0
"""Seconds after which a job lets others have its place and goes on in a new one."""
BUSY = RUN + 4 * WHOLE
"""Seconds for which a webhook belongs to a job, should that be killed."""
MOST_SHOWN = 4_000
GONE = 410

Waiting = Q(state=Delivery.State.WAITING)


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: three times as long each time, and not all at the same moment."""
    seconds = min(FIRST_PAUSE * 3.0 ** max(tries - 1, 0), LONGEST_PAUSE)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - chance, not secrecy


@job(title=_("Deliver webhooks"), attempts=5, timeout=600, outside=True)
def deliver(*, hook: int) -> dict[str, int]:
    """Send what waits for one webhook."""
    return {"sent": drain(hook) if API.is_on() else 0}


@cron("*/10 * * * *", name="api.webhooks")
@job(title=_("Look for webhooks that wait"))
def look_for_waiting() -> int:
    """Wake what waits although nobody was told: a process may have died right after a change."""
    if not API.is_on():
        return 0
    due = Delivery.objects.filter(Waiting, due_at__lte=timezone.now())
    hooks = list(due.filter(Q(hook__active=True) | Q(event=TEST)).values_list("hook", flat=True).distinct())
    for hook in hooks:
        wake(hook)
    return len(hooks)


def wake(hook_id: int, at: datetime | None = None, *, rested: bool = False) -> None:
    """Enqueue the job of a webhook, now or at a time, unless one waits already that begins no later.

    A receiver that has just failed is left to rest; `rested` asks it all the same.
    """
    begin = at or timezone.now()
    if not rested:
        rest = Webhook.objects.filter(pk=hook_id).values_list("rest_until", flat=True).first()
        begin = max(begin, rest or begin)
    if Job.objects.filter(
        task=deliver.module_path, status=Status.READY, kwargs__hook=hook_id, run_at__lte=begin
    ).exists():
        return
    with asking():
        (deliver.using(run_after=begin) if begin > timezone.now() else deliver).enqueue(hook=hook_id)


def drain(hook_id: int) -> int:
    """Send all that is due for a webhook; returns how many messages were taken."""
    token, until, sent = uuid4().hex, time.monotonic() + RUN, 0
    while _take(hook_id, token):
        try:
            while time.monotonic() < until and (delivery := _next(hook_id)) is not None:
                sent += _send(delivery)
        finally:
            _give_back(hook_id, token)
        # What came between the last look and giving the webhook back found it taken.
        if time.monotonic() >= until or _next(hook_id) is None:
            break
    _come_again(hook_id)
    return sent


def _take(hook_id: int, token: str) -> bool:
    now = timezone.now()
    free = Webhook.objects.filter(Q(busy_until=None) | Q(busy_until__lt=now), pk=hook_id)
    return free.update(busy_by=token, busy_until=now + timedelta(seconds=BUSY)) == 1


def _give_back(hook_id: int, token: str) -> None:
    Webhook.objects.filter(pk=hook_id, busy_by=token).update(busy_by="", busy_until=None)


def _next(hook_id: int) -> Delivery | None:
    now = timezone.now()
    due = Delivery.objects.filter(Waiting, hook=hook_id, due_at__lte=now).select_related("hook__owner")
    awake = Q(hook__active=True) & (Q(hook__rest_until=None) | Q(hook__rest_until__lte=now))
    return due.filter(awake | Q(event=TEST)).order_by("due_at", "id").first()


def _come_again(hook_id: int) -> None:
    """Let a job begin when the next message is due."""
    hook = Webhook.objects.filter(pk=hook_id, active=True).first()
    if hook is None or (hook.busy_until is not None and hook.busy_until > timezone.now()):
        return
    due = Delivery.objects.filter(Waiting, hook=hook_id).order_by("due_at").values_list("due_at", flat=True).first()
    if due is not None:
        wake(hook_id, due)


def _send(delivery: Delivery) -> int:
    """Try one message once; returns 1 when it was taken."""
    hook = delivery.hook
    owner = hook.owner
    if not owner.is_active or owner.deleted_at is not None:
        stop(hook, Webhook.Stopped.OWNER)
        if delivery.event == TEST:
            _fail(delivery, Answer(None, "", _t("Its owner's account is closed."), 0))
        return 0
    with translation.override(owner.language):
        told = message(delivery, owner)
        if told is None:
            delivery.delete()  # nothing of it is for its owner's eyes, so nothing of it stays in his log
            return 0
        body, now = orjson.dumps(told), timezone.now()
        delivery.body = body[: 4 * MOST_SHOWN].decode("utf-8", "ignore")[:MOST_SHOWN]
        delivery.records, delivery.seen_by_id = len(told["data"]), owner.pk
        try:
            headers = sign(_secrets(hook, now), delivery.uid, now, body)
        except Refused as no:
            answer = Answer(None, "", str(no), 0)
        else:
            answer = post(hook.url, body, headers)
    if answer.worked:
        _close(delivery, answer, Delivery.State.SENT)
        if delivery.event != TEST:
            Webhook.objects.filter(pk=hook.pk).update(failures=0, rest_until=None, sent_at=timezone.now())
        return 1
    _fail(delivery, answer)
    return 0


def _secrets(hook: Webhook, now: datetime) -> list[str]:
    found = [unseal(hook.secret)]
    if hook.old_secret and hook.old_until is not None and hook.old_until > now:
        found.append(unseal(hook.old_secret))
    return found


def _close(delivery: Delivery, answer: Answer, state: str, due_at: datetime | None = None) -> None:
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state,
        tries=F("tries") + 1,
        tried_at=now,
        due_at=due_at or now,
        took=answer.took,
        status=answer.status,
        answer=answer.text,
        fault=answer.fault[:500],
        body=delivery.body,
        records=delivery.records,
        seen_by=delivery.seen_by_id,
    )


def _fail(delivery: Delivery, answer: Answer) -> None:
    """Put a message off, or give it up after its last try; after too many failures in a row the webhook is off."""
    tries, failures = delivery.tries + 1, delivery.hook.failures + 1
    # With the webhook off it waits like the others: the receiver was down, and this message no fault of it.
    off = answer.status == GONE or failures >= int(MOST_FAILURES())
    if delivery.event == TEST or (tries >= MOST_TRIES and not off):
        _close(delivery, answer, Delivery.State.FAILED)
    else:
        _close(delivery, answer, Delivery.State.WAITING, timezone.now() + pause(tries))
    if delivery.event == TEST:
        return
    Webhook.objects.filter(pk=delivery.hook_id).update(
        failures=F("failures") + 1, rest_until=timezone.now() + pause(failures)
    )
    if off:
        stop(delivery.hook, Webhook.Stopped.GONE if answer.status == GONE else Webhook.Stopped.FAILURES)


def stop(hook: Webhook, why: Webhook.Stopped) -> None:
    """Switch a webhook off and tell its owner; what waits stays and goes out when somebody switches it on."""
    with transaction.atomic():
        if Webhook.objects.filter(pk=hook.pk, active=True).update(active=False, stopped=why):
            webhooks_changed()
            announce("api.webhook.stopped", hook=hook, why=why)
