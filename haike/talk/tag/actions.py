"""Making, changing and hanging tags.

A tag of the company on a record is a fact about the record: it needs the right to edit it and stands in its log. A
personal tag is a note of its owner: who sees the record may hang it, and nobody else learns of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.find.insert import insert_rows
from haike.kernel.entity import Entity
from haike.kernel.log import Batch, log_many
from haike.kernel.policy import Actor
from haike.kernel.versioned import bump
from haike.refused import Refused
from haike.sheets.values import clean_text
from haike.talk.tag.record import COLOURS, LONGEST_NAME, Tag, TagFacts, Tagged, TagMove, tags, tags_for, tags_on
from haike.talk.where import is_served

MOST_TAGS = 500
"""So many of the company, and so many of each user."""
CHUNK = 1_000
MOVED = ("batch", "hung", "tag", "record_id", "at", "by", "rule")


def may_shape(user: Actor, owner_id: int | None) -> bool:
    """Whether the user may make, change and delete tags of this owner; None is the company."""
    return user.grants.may_do("tags") if owner_id is None else owner_id == user.pk


def make_tag(name: str, *, colour: str, shared: bool, by: Actor) -> Tag:
    """A new tag of the company (`shared`) or of one's own."""
    owner = None if shared else by.pk
    if not may_shape(by, owner):
        raise Refused(fields={"shared": _("Only those with the right to manage tags make tags for the company.")})
    name = _checked(name, colour)
    if Tag.objects.filter(owner_id=owner).count() >= MOST_TAGS:
        raise Refused(fields={"name": _("There are %(most)s tags already; delete some first.") % {"most": MOST_TAGS}})
    with transaction.atomic():
        tag = Tag(name=name, colour=colour, owner_id=owner)
        _save(tag)
    return tag


def change_tag(tag: Tag, *, name: str, colour: str, by: Actor) -> Tag:
    """Another name or colour, on every record that carries the tag."""
    _demand(tag, by)
    with transaction.atomic():
        tag.name, tag.colour = _checked(name, colour), colour
        _save(tag)
    return tag


def delete_tag(tag: Tag, *, by: Actor) -> None:
    """Delete a tag and take it off every record."""
    _demand(tag, by)
    with transaction.atomic():
        tag.delete()
        bump("tags")


def tag_record(entity: Entity, record: Any, wanted: Collection[int], *, by: Actor) -> bool:
    """Let a record carry just these of the tags that the user sees; tells whether anything changed."""
    known = tags_for(by)
    before = {tag.id for tag in tags_on(entity.label, [record.pk], by).get(record.pk, [])}
    after = {pk for pk in wanted if pk in known}
    changed = tag_many(entity, [record.pk], add=sorted(after - before), remove=sorted(before - after), by=by)
    return bool(changed)


def tag_many(
    entity: Entity,
    keys: Iterable[int],
    *,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    by: Actor,
    batch: Batch | None = None,
) -> list[int]:
    """Hang tags on records and take others off them; returns the keys of the records that changed.

    With a tag of the company among them only records that the user may edit are touched, else those that he sees.
    Some queries for each thousand records, each thousand in a transaction of its own.
    """
    known = tags_for(by)
    if not is_served(entity) or not {*add, *remove} <= known.keys():
        raise Refused(_("There is no such tag."))
    if not add and not remove:
        return []
    shared = any(known[pk].owner_id is None for pk in (*add, *remove))
    changed: list[int] = []
    rest = iter(keys)
    while some := list(islice(rest, CHUNK)):
        rows = entity.model.objects.visible_to(by, "edit" if shared else "view").filter(pk__in=some)
        changed += _tag_some(entity, sorted(rows.values_list("pk", flat=True)), add, remove, known, by, batch)
    return changed


def tag_by_rule(
    entity: Entity, tag: int, *, came: Sequence[int], left: Sequence[int], rule: int, by: Actor
) -> tuple[int, int]:
    """Hang a tag of the company on records in the name of a rule, and take off what that rule has hung.

    What people have hung is not touched. Returns how many got it and lost it.
    """
    known = {pk: each for pk, each in tags().items() if each.owner_id is None}
    if tag not in known:
        raise Refused(_("There is no such tag."))
    put = _tag_some(entity, list(came), [tag], [], known, by, None, rule=rule) if came else []
    hung = Tagged.objects.filter(entity=entity.label, record_id__in=left, tag=tag, rule=rule)
    mine = list(hung.values_list("record_id", flat=True)) if left else []
    return len(put), len(_tag_some(entity, mine, [], [tag], known, by, None)) if mine else 0


def _tag_some(
    entity: Entity,
    keys: list[int],
    add: Sequence[int],
    remove: Sequence[int],
    known: dict[int, TagFacts],
    by: Actor,
    batch: Batch | None,
    rule: int | None = None,
) -> list[int]:
    with transaction.atomic():
        # Two who tag the same record at once must each see what the other did.
        versions = dict(entity.model._base_manager.select_for_update().filter(pk__in=keys).values_list("pk", "version"))
        has: dict[int, set[int]] = {pk: set() for pk in versions}
        for pk, tag in Tagged.objects.filter(entity=entity.label, record_id__in=keys).values_list("record_id", "tag"):
            if pk in has and tag in known:
                has[pk].add(tag)
        will = {pk: (tags | set(add)) - set(remove) for pk, tags in has.items()}
        changed = [pk for pk in has if will[pk] != has[pk]]
        now = timezone.now()
        # The locks above keep a second hanging of the same tag away; a rule's first run over all records is long.
        when = Tagged._meta.get_field("at").get_db_prep_save(now, connection)
        hung = [(tag, pk, when, by.pk, rule) for pk in changed for tag in sorted(will[pk] - has[pk])]
        _hang(entity, hung)
        gone = Tagged.objects.filter(entity=entity.label, record_id__in=changed, tag__in=list(remove))
        if batch is not None:
            taken = _stored(gone) if remove else []
            moves = [(batch.pk, True, *each) for each in hung] + [(batch.pk, False, *each) for each in taken]
            insert_rows(TagMove, MOVED, moves)
        if remove:
            gone.delete()
        _log(entity, versions, {pk: (has[pk], will[pk]) for pk in changed}, known, by, batch, now)
    return changed


def put_back(entity: Entity, batch: Batch, keys: Sequence[int], *, by: Actor) -> tuple[int, int]:
    """Undo what a bulk act did to the tags of these records; returns how many are as before, and how many in part.

    What somebody has hung or taken off since stays; a tag that is deleted since comes back no more.
    """
    known = tags()
    with transaction.atomic():
        versions = dict(entity.model._base_manager.select_for_update().filter(pk__in=keys).values_list("pk", "version"))
        has: dict[int, dict[int, Any]] = {pk: {} for pk in keys}
        present = Tagged.objects.filter(entity=entity.label, record_id__in=keys)
        for pk, tag, at in present.values_list("record_id", "tag", "at"):
            has[pk][tag] = at
        off, on, kept = list[tuple[int, int]](), list[tuple[Any, ...]](), set[int]()
        moves = TagMove.objects.filter(batch=batch.pk, record_id__in=keys)
        for hung, tag, pk, at, author, rule in moves.values_list(*MOVED[1:]):
            if hung and has[pk].get(tag) == at:
                off.append((pk, tag))
            elif not hung and tag in known and tag not in has[pk]:
                on.append((tag, pk, Tagged._meta.get_field("at").get_db_prep_save(at, connection), author, rule))
            else:
                kept.add(pk)
        after = {pk: set(held) for pk, held in has.items()}
        for tag in {tag for _pk, tag in off}:
            present.filter(tag=tag, record_id__in=[pk for pk, each in off if each == tag]).delete()
        for pk, tag in off:
            after[pk].discard(tag)
        for tag, pk, *_facts in on:
            after[pk].add(tag)
        _hang(entity, on)
        changes = {pk: (set(has[pk]), after[pk]) for pk in versions if after[pk] != set(has[pk])}
        _log(entity, versions, changes, known, by, None, timezone.now())
    return len(keys) - len(kept), len(kept)


def _hang(entity: Entity, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows of tag, record, moment as the database writes it, author and rule."""
    insert_rows(
        Tagged,
        ("tag_id", "entity", "record_id", "at", "by_id", "rule"),
        ((tag, entity.label, pk, at, author, rule) for tag, pk, at, author, rule in rows),
    )


def _stored(rows: Any) -> list[tuple[Any, ...]]:
    prepare = Tagged._meta.get_field("at").get_db_prep_save
    found = rows.values_list("tag", "record_id", "at", "by_id", "rule")
    return [(tag, pk, prepare(at, connection), author, rule) for tag, pk, at, author, rule in found]


def _log(
    entity: Entity,
    versions: dict[int, int],
    changes: dict[int, tuple[set[int], set[int]]],
    known: dict[int, TagFacts],
    by: Actor,
    batch: Batch | None,
    at: datetime,
) -> None:
    rows = []
    for pk, (has, will) in changes.items():
        before, after = _names(has, known), _names(will, known)
        if before != after:
            rows.append((pk, versions[pk], {"tags": [before, after]}))
    log_many(entity, rows, "tag", by=by, batch=batch, at=at)


def _names(keys: set[int], known: dict[int, TagFacts]) -> list[str]:
    """What the log tells: the company's tags only."""
    return sorted(known[pk].name for pk in keys if pk in known and known[pk].owner_id is None)


def _checked(name: str, colour: str) -> str:
    name = clean_text(name)
    if not name:
        raise Refused(fields={"name": _("A tag needs a name.")})
    if len(name) > LONGEST_NAME:
        message = _("At most %(most)s characters, you have %(have)s.") % {"most": LONGEST_NAME, "have": len(name)}
        raise Refused(fields={"name": message})
    if colour not in dict(COLOURS):
        raise Refused(fields={"colour": _("Choose one of the colours.")})
    return name


def _demand(tag: Tag, by: Actor) -> None:
    if not may_shape(by, tag.owner_id):
        raise Refused(_("Only those with the right to manage tags change the company's tags."))


def _save(tag: Tag) -> None:
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError as error:
        raise Refused(fields={"name": _("There is a tag of this name already.")}) from error
    bump("tags")
