"""Making, changing, switching and trying webhooks; every change stands in the operation log."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.api.sealed import seal
from haike.api.webhook.address import checked_url
from haike.api.webhook.deliver import wake
from haike.api.webhook.record import TEST, Delivery, Webhook, events, webhooks_changed
from haike.kernel.entity import Entity, entities, entity_named
from haike.kernel.events import announce
from haike.kernel.log import Change, origin
from haike.refused import Refused
from haike.screens.module import by_use
from haike.sheets.values import clean_text

MOST = 50
BOTH_HOURS = 24
"""For so long the secret before signs too, so that receivers can change over."""
LOG = "api.webhook"


def choosable(user: Any) -> list[Entity]:
    """The kinds of record that a webhook of this user can tell of, those of every day first."""
    found = [entity for entity in entities() if entity.policy.may(user, "view")]
    return sorted(found, key=lambda entity: (not entity.in_menu, by_use(entity)))


def save_webhook(
    hook: Webhook | None, *, name: str, url: str, wanted: dict[str, list[str]] | None, by: Any
) -> tuple[Webhook, str]:
    """Make or change a webhook, which from then on acts as the user who saves it: nobody can turn what another may
    see towards an address of his own. Of a new one the secret is returned, this once only."""
    faults: dict[str, Any] = {}
    name = clean_text(name)
    if not 1 <= len(name) <= 60:
        faults["name"] = _("Give the webhook a name of at most 60 characters.")
    try:
        url = checked_url(url)
    except Refused as no:
        faults["url"] = str(no)
    wanted = None if wanted is None else _known(wanted, by)
    if wanted == {}:
        faults["wanted"] = _("Choose at least one thing that the webhook tells.")
    if faults:
        raise Refused(fields=faults)
    key = ""
    with transaction.atomic():
        if hook is None:
            if Webhook.objects.count() >= MOST:
                raise Refused(_("There are %(most)s webhooks; delete one first.") % {"most": MOST})
            key = _new_key()
            hook = Webhook(owner=by, name=name, url=url, wanted=wanted, secret=seal(key))
            hook.save()
            _log(hook, "create", {}, by=by)
        else:
            diff = {
                str(_("Name")): [hook.name, name],
                str(_("Address")): [hook.url, url],
                str(_("What it tells")): [_words(hook.wanted), _words(wanted)],
                str(_("Acts as")): [str(hook.owner), str(by)],
            }
            hook.name, hook.url, hook.wanted, hook.owner = name, url, wanted, by
            hook.save(update_fields=["name", "url", "wanted", "owner"])
            _log(hook, "change", {label: both for label, both in diff.items() if both[0] != both[1]}, by=by)
        webhooks_changed()
    return hook, key


def _known(wanted: dict[str, list[str]], by: Any) -> dict[str, list[str]]:
    labels = {entity.label for entity in choosable(by)}
    found = {label: [event for event in events() if event in some] for label, some in wanted.items() if label in labels}
    return {label: some for label, some in found.items() if some}


def _words(wanted: dict[str, list[str]] | None) -> str:
    if wanted is None:
        return str(_("Everything"))
    return "; ".join(told_words(wanted))


def told_words(wanted: dict[str, list[str]]) -> list[str]:
    """What a webhook tells, a line for each kind of record."""
    found = []
    for label, some in wanted.items():
        entity = entity_named(label)
        if entity is not None:
            words = str(_(", ")).join(str(word) for event, word in events().items() if event in some)
            found.append(f"{entity.label_plural} ({words})")
    return found


def _new_key() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def renew_secret(hook: Webhook, *, by: Any) -> str:
    """Give a webhook another secret, which is returned this once only; the one before signs too for a day."""
    if hook.owner_id != by.pk:
        raise Refused(_("Only the user as whom it acts makes a new secret. Save it first; then it acts as you."))
    key = _new_key()
    with transaction.atomic():
        hook.old_secret, hook.old_until = hook.secret, timezone.now() + timedelta(hours=BOTH_HOURS)
        hook.secret = seal(key)
        hook.save(update_fields=["secret", "old_secret", "old_until"])
        _log(hook, "change", {str(_("Secret")): ["…", str(_("renewed"))]}, by=by)
    return key


def switch(hook: Webhook, *, on: bool, by: Any) -> None:
    """Switch a webhook on or off; what waits goes out as soon as it is on."""
    if on and not (hook.owner.is_active and hook.owner.deleted_at is None):
        raise Refused(_("It acts as a user whose account is closed. Save it, then it acts as you."))
    with transaction.atomic():
        stopped = Webhook.Stopped.NOT if on else Webhook.Stopped.BY_HAND
        if not Webhook.objects.filter(pk=hook.pk, active=not on).update(
            active=on, stopped=stopped, failures=0, rest_until=None
        ):
            return
        _log(hook, "change", {str(_("Switched on")): [_yes(not on), _yes(on)]}, by=by)
        webhooks_changed()
        if on:
            Delivery.objects.filter(hook=hook, state=Delivery.State.WAITING).update(due_at=timezone.now())
            wake(hook.pk)


def _yes(on: bool) -> str:
    return str(_("yes") if on else _("no"))


def send_test(hook: Webhook) -> Delivery:
    """Let the address be tried with a message that carries no record, also while the webhook is off."""
    with transaction.atomic():
        delivery = Delivery.objects.create(hook=hook, event=TEST)
        wake(hook.pk, rested=True)
    return delivery


def send_again(delivery: Delivery) -> None:
    """Send a message once more under its id, with all its tries."""
    if not delivery.hook.active and delivery.event != TEST:
        raise Refused(_OFF)
    _begin_again(delivery.hook, Delivery.objects.filter(pk=delivery.pk))


def send_failed_again(hook: Webhook) -> int:
    """Send all that was given up once more, in its order; returns how many messages that are."""
    if not hook.active:
        raise Refused(_OFF)
    return _begin_again(hook, given_up(hook))


_OFF = _("The webhook is switched off. Switch it on first.")


def given_up(hook: Webhook) -> QuerySet[Delivery]:
    """The messages about records that the receiver never took."""
    return Delivery.objects.filter(hook=hook, state=Delivery.State.FAILED).exclude(event=TEST)


def _begin_again(hook: Webhook, deliveries: QuerySet[Delivery]) -> int:
    with transaction.atomic():
        number = deliveries.update(
            state=Delivery.State.WAITING, tries=0, due_at=timezone.now(), fault="", answer="", status=None
        )
        Webhook.objects.filter(pk=hook.pk).update(rest_until=None)
        wake(hook.pk, rested=True)
    return number


def delete_webhook(hook: Webhook, *, by: Any) -> None:
    """Delete a webhook with its deliveries."""
    with transaction.atomic():
        _log(hook, "delete", {str(_("Address")): [hook.url, ""]}, by=by)
        announce("api.webhook.deleted", key=hook.pk)
        hook.delete()
        webhooks_changed()


def _log(hook: Webhook, action: str, diff: dict[str, list[str]], *, by: Any) -> None:
    if action == "change" and not diff:
        return
    Change(
        entity=LOG,
        record_id=hook.pk,
        at=timezone.now(),
        by_id=by.pk,
        by_name=by.name,
        origin=origin.get(),
        action=action,
        diff={str(_("Webhook")): ["", hook.name], **diff},
    ).save(force_insert=True)
