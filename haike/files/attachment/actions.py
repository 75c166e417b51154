"""What happens to attachments: added, named anew, put into the bin and taken out, deleted for good, moved."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.files import rules
from haike.files.attachment.queries import of_record
from haike.files.attachment.record import Attachment
from haike.files.blob import Blob
from haike.files.names import clean_name
from haike.kernel.change import write_log
from haike.kernel.entity import entity_of
from haike.kernel.events import announce
from haike.kernel.log import ACTION_LABELS, FIELD_LABELS
from haike.kernel.policy import Actor
from haike.refused import Refused

ACTION_LABELS |= {"attach": _("attached"), "detach": _("took an attachment off"), "reattach": _("attached again")}
FIELD_LABELS["attachment"] = _("Attachment")
SCHEMES = frozenset({"http", "https", "mailto"})


def demand_edit(record: Any, by: Actor) -> None:
    """Refuse unless the user may change the record: attachments are a part of it."""
    if record.deleted_at is not None or not entity_of(record).policy.allows(by, "edit", record):
        raise Refused(_("You may look at this record, but not change it."))


def attach(record: Any, blob: Blob, name: str, *, by: Actor) -> Attachment:
    """Attach a stored content under a name; the same content under the same name is there only once."""
    return _add(record, by=by, blob=blob, name=clean_name(name), size=blob.size, family=blob.family)


def attach_link(record: Any, url: str, name: str = "", *, by: Actor) -> Attachment:
    """Attach an address of the web."""
    url = url.strip()
    if not urlsplit(url).scheme and "." in url.split("/", 1)[0]:
        url = f"https://{url}"
    return _add(record, by=by, url=checked_url(url), name=clean_name(name or _shown(url)), family="link")


def checked_url(url: str) -> str:
    """An address that may be clicked; scripts and local files may not."""
    try:
        parts = urlsplit(url)
        harmless = parts.scheme.lower() in SCHEMES and (bool(parts.hostname) or parts.scheme == "mailto")
    except ValueError:
        harmless = False
    if not harmless or len(url) > 2000 or any(ord(sign) < 33 for sign in url):
        message = _("Enter an address such as https://example.com/page.")
        raise Refused(message, fields={"url": message})
    return url


def _shown(url: str) -> str:
    return url.split("//", 1)[-1].rstrip("/").replace("/", " · ")


def _add(record: Any, *, by: Actor, **facts: Any) -> Attachment:
    demand_edit(record, by)
    entity = entity_of(record)
    rows = of_record(entity, record.pk).filter(deleted_at=None)
    twin = {name: facts[name] for name in ("blob", "url", "name") if name in facts}
    with transaction.atomic():
        # One after the other: two uploads of the same at once become one attachment.
        entity.model._base_manager.select_for_update().filter(pk=record.pk).first()
        there = rows.filter(**twin).first()
        if there is not None:
            return there
        if rows.count() >= rules.MOST():
            raise Refused(_("This record has %(most)s attachments already.") % {"most": rules.MOST()})
        try:
            made = Attachment.objects.create(entity=entity.label, record_id=record.pk, by_id=by.pk, **facts)
        except IntegrityError as error:
            raise Refused(_("The upload broke off before its end. Nothing was saved; try again.")) from error
        write_log(record, "attach", by=by, diff={"attachment": [None, made.name]})
        announce("files.attached", attachment=made, record=record, by=by)
    return made


def detach(attachment: Attachment, record: Any, *, by: Actor) -> None:
    """Put an attachment into the bin of its record."""
    demand_edit(record, by)
    with transaction.atomic():
        rows = Attachment.objects.filter(pk=attachment.pk, deleted_at=None)
        if rows.update(deleted_at=timezone.now(), deleted_by_id=by.pk):
            write_log(record, "detach", by=by, diff={"attachment": [attachment.name, None]})


def reattach(attachment: Attachment, record: Any, *, by: Actor) -> None:
    """Take an attachment out of the bin."""
    demand_edit(record, by)
    with transaction.atomic():
        rows = Attachment.objects.filter(pk=attachment.pk, deleted_at__isnull=False)
        if rows.update(deleted_at=None, deleted_by=None):
            write_log(record, "reattach", by=by, diff={"attachment": [None, attachment.name]})


def purge(attachment: Attachment, record: Any, *, by: Actor) -> None:
    """Delete an attachment in the bin for good; its content goes with the next sweep unless others use it."""
    if not entity_of(record).policy.allows(by, "purge", record):
        raise Refused(_("Only the boss may delete for good."))
    with transaction.atomic():
        if Attachment.objects.filter(pk=attachment.pk, deleted_at__isnull=False).delete()[0]:
            write_log(record, "purge", by=by, diff={"attachment": [attachment.name, None]})


def rename(attachment: Attachment, record: Any, name: str, *, by: Actor) -> None:
    """Give an attachment another name; it must still fit the content."""
    demand_edit(record, by)
    before, name = attachment.name, clean_name(name)
    if attachment.blob is not None:
        rules.check_kind(name, attachment.blob.nature)
    if name == before:
        return
    with transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(name=name)
        write_log(record, "change", by=by, diff={"attachment": [before, name]})


def forget(label: str, record_id: int) -> None:
    """The record is deleted for good, and with it what hung on it. The nightly sweep makes up for a lost event."""
    Attachment.objects.filter(entity=label, record_id=record_id).delete()


def move(label: str, record_id: int, into: int) -> None:
    """The record was merged into another one of its kind, which takes its attachments over."""
    Attachment.objects.filter(entity=label, record_id=record_id).update(record_id=into)
