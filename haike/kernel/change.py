"""The only writer: create, change, remove, restore, purge, settle.

Each act is one transaction that locks the row, checks right and version, validates, saves, checks that the result
is still within the writer's reach, and writes the change log and the search index. Events go out after the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.chinese.pinyin import sort_key
from haike.find.clean import clean_touched, refuse_double
from haike.find.insert import insert_records
from haike.find.prepared import among, keyed_alone, prepared
from haike.kernel import search
from haike.kernel.events import announce
from haike.kernel.fields import pinyin_keys
from haike.kernel.log import SETTLED, Batch, Change, log_many, present_batch
from haike.kernel.numbers import take_numbers
from haike.kernel.period import today
from haike.kernel.record import Record, writer
from haike.refused import Conflict, Refused

if TYPE_CHECKING:
    from haike.kernel.entity import Entity
    from haike.kernel.policy import Actor

R = TypeVar("R", bound=Record)

FOLLOWERS: list[Callable[[Entity, Sequence[Record], set[str] | None], None]] = []
"""What common rooms keep of records, in the transaction that writes them: of the names touched, None for new ones."""
GUARDS: list[Callable[[Entity, Sequence[Record], set[str] | None, Actor], Mapping[int, Refused]]] = []
"""Rules of common rooms for records about to be written; the answer is a Refused by the record's place."""


def _entity(model: Any) -> Entity:
    return model._haike_entity  # type: ignore[no-any-return]


def create(model: type[R], /, *, by: Actor, batch: Batch | None = None, **values: Any) -> R:
    """Make a record; raises Refused."""
    entity = _entity(model)
    entity.policy.demand(by, "create")
    plain, many = _split(model, values)
    record: R = entity.blank()
    with transaction.atomic(), writer():
        _check_rights(entity, values, by, creating=True)
        entity.put(record, plain)
        record.created_at = record.changed_at = timezone.now()
        record.created_by_id = record.changed_by_id = by.pk
        give_owner(entity, record, by, asked="owner" in values)
        validate(entity, record, set(entity.looks))
        for no in refused_by_guards(entity, [record], None, by).values():
            raise no
        # Last, for others who make one wait from here to the commit.
        for name, pattern in entity.numbers():
            if not getattr(record, name):
                setattr(record, name, take_numbers(pattern, on=today())[0])
        entity.additions.finish(entity, [record], None)
        _save(record)
        for name, chosen in many.items():
            getattr(record, name).set(chosen)
        write_log(record, "create", by=by, batch=batch)
        index([record], fresh=True)
        index_elsewhere(entity, [record], None)
        follow(entity, [record], None)
        announce(f"{entity.label}.created", record=record, by=by, batch=batch or present_batch.get())
    return record


def change(
    record: R, *, by: Actor, version: int | None = None, batch: Batch | None = None, action: str = "edit", **values: Any
) -> R:
    """Change fields of a record and return it as saved.

    `version` is the one the writer has seen; when somebody saved in between, a Conflict carries the present record.
    """
    model = type(record)
    entity = _entity(model)
    plain, many = _split(model, values)
    with transaction.atomic(), writer():
        current = _locked(record)
        if current.deleted_at is not None or not entity.policy.allows(by, "view", current):
            raise Refused(_("This record is not there any more."))
        needed = "transfer" if set(values) == {"owner"} else action
        if not entity.policy.allows(by, needed, current):
            raise Refused(_("You may look at this record, but not change it."))
        diff = _diff(entity, current, plain, many)
        if not diff:
            return current
        if version is not None and version != current.version:
            raise Conflict(_("Somebody else has saved this record in the meantime."), current=current)
        _check_rights(entity, {name: values[name] for name in diff}, by, creating=False)
        was, current.custom = dict(vars(current)), {**current.custom}
        entity.put(current, plain)
        current.version += 1
        current.changed_at, current.changed_by_id = timezone.now(), by.pk
        moved = entity.policy.through in diff
        if "owner" in diff or moved:
            give_owner(entity, current, by, asked=True)
        validate(entity, current, set(diff))
        entity.additions.finish(entity, [current], set(diff))
        for no in refused_by_guards(entity, [current], set(diff), by).values():
            raise no
        # An index of the database is written for each column that is named, changed or not.
        fresh = {each.name for each in model._meta.concrete_fields if vars(current)[each.attname] != was[each.attname]}
        _save(current, update_fields=fresh)
        for name, chosen in many.items():
            getattr(current, name).set(chosen)
        if "owner" in diff:
            hand_down(entity, [current.pk])
        write_log(current, "change", by=by, diff=diff, batch=batch)
        index_anew(entity, [current], fresh | set(diff), [current.pk] if "owner" in fresh else [])
        index_elsewhere(entity, [current], set(diff))
        follow(entity, [current], set(diff))
        announce(f"{entity.label}.changed", record=current, by=by, diff=diff, batch=batch or present_batch.get())
    return current


def remove(record: R, *, by: Actor, batch: Batch | None = None) -> R:
    """Move a record and those that hang on it to the recycle bin."""
    entity = _entity(type(record))
    with transaction.atomic(), writer():
        current = _locked(record)
        if current.deleted_at is not None:
            return current
        if not entity.policy.allows(by, "delete", current):
            raise Refused(_("You may not delete this record."))
        now = timezone.now()
        # Those that hang on it first: an undo goes backwards and begins with the record itself.
        together: list[Record] = [*hanging(entity, current, deleted_at=None), current]
        for each in together:
            # One instant for all marks what went together and returns together.
            each.deleted_at, each.deleted_by_id = now, by.pk
            each.version += 1
            each.save(update_fields=["deleted_at", "deleted_by", "version"])
            write_log(each, "delete", by=by, diff={"_deleted": [None, [now.isoformat(), by.pk]]}, batch=batch)
        index_elsewhere(entity, [current], None)
        announce(f"{entity.label}.deleted", record=current, by=by)
    return current


def restore(record: R, *, by: Actor, batch: Batch | None = None) -> R:
    """Take a record out of the recycle bin together with what went in with it."""
    entity = _entity(type(record))
    with transaction.atomic(), writer():
        current = _locked(record)
        if current.deleted_at is None:
            return current
        if not entity.policy.allows(by, "restore", current):
            raise Refused(_("You may not restore this record."))
        if entity.parent and getattr(current, entity.policy.through).deleted_at is not None:
            raise Refused(_("Restore the %(parent)s first.") % {"parent": entity.parent.name})
        together: list[Record] = [current, *hanging(entity, current, deleted_at=current.deleted_at)]
        for each in together:
            went = {"_deleted": [[each.deleted_at.isoformat(), each.deleted_by_id], None]}  # type: ignore[union-attr]
            each.deleted_at = each.deleted_by_id = None
            each.version += 1
            # Its number or name may have been given to another meanwhile.
            _save(each, update_fields=["deleted_at", "deleted_by", "version"])
            write_log(each, "restore", by=by, diff=went, batch=batch)
        index_elsewhere(entity, [current], None)
        announce(f"{entity.label}.restored", record=current, by=by)
    return current


def purge(record: Record, *, by: Actor) -> None:
    """Delete a record in the recycle bin for good; only its log stays."""
    entity = _entity(type(record))
    with transaction.atomic(), writer():
        current = _locked(record)
        if current.deleted_at is None:
            raise Refused(_("Only records in the recycle bin can be deleted for good."))
        if not entity.policy.allows(by, "purge", current):
            raise Refused(_("Only the boss may delete for good."))
        try:
            # What hangs on it goes too, also what had gone into the bin before.
            for each in [*hanging(entity, current, deleted_at__isnull=False), current]:
                write_log(each, "purge", by=by)
                announce(f"{_entity(type(each)).label}.purged", record_id=each.pk, by=by)
                if _entity(type(each)).search:
                    search.erase(connection, type(each), [each.pk])
                each.delete()
        except (models.ProtectedError, IntegrityError) as error:
            raise Refused(_("Other records still refer to this one; delete those first.")) from error


def archive(record: R, *, by: Actor, away: bool = True) -> R:
    """Put a record out of the default lists, or back into them; it stays findable."""
    entity = _entity(type(record))
    with transaction.atomic(), writer():
        current = _locked(record)
        if not entity.policy.allows(by, "edit", current):
            raise Refused(_("You may look at this record, but not change it."))
        current.archived_at, current.version = timezone.now() if away else None, current.version + 1
        current.save(update_fields=["archived_at", "version"])
        write_log(current, "archive" if away else "unarchive", by=by)
    return current


def settle(model: type[Record], pk: int, **facts: Any) -> None:
    """Store facts that follow from other records (last contact, sums).

    Only the fields that the entity lists in `settled`; nobody typed them, so there is no version and no log.
    """
    entity = _entity(model)
    if foreign := set(facts) - set(entity.settled):
        raise RuntimeError(f"{', '.join(sorted(foreign))} not in settled of {entity.label}")
    with writer():
        if batch := present_batch.get():
            _note_settled(entity, pk, facts, batch)
        model._base_manager.filter(pk=pk).update(**facts)
        entity.additions.settled(entity, pk, set(facts))


def _note_settled(entity: Entity, pk: int, facts: Mapping[str, Any], batch: Batch) -> None:
    """For the undo of a batch only: what was stored before. People do not see such a row."""
    before = entity.model._base_manager.filter(pk=pk).values(*facts).first() or {}
    looks = {name: entity.looks[name] for name in facts if name in entity.looks and before}
    diff = {f"_{name}": [look.to_json(before[name]), look.to_json(facts[name])] for name, look in looks.items()}
    if any(old != new for old, new in diff.values()):
        Change(entity=entity.label, record_id=pk, at=timezone.now(), action=SETTLED, diff=diff, batch=batch).save()


def write_log(
    record: Record, action: str, *, by: Actor, diff: Mapping[str, Any] | None = None, batch: Batch | None = None
) -> None:
    """One row of the change log."""
    told = [(record.pk, record.version, diff or {})]
    log_many(_entity(type(record)), told, action, by=by, batch=batch, at=timezone.now())


def index(records: Iterable[Record], *, fresh: bool = False) -> None:
    """Write what search knows of these records of one kind; on `fresh` ones nothing hangs yet."""
    if (some := list(records)) and (entity := _entity(type(some[0]))).search:
        if not fresh:
            models.prefetch_related_objects(some, *entity.search_relations)
        texts = [(each.pk, each.owner_id, entity.search_text(each, fresh=fresh)) for each in some]
        search.write(connection, entity.model, texts)


def index_anew(entity: Entity, records: Sequence[Record], fresh: Set[str], moved: Sequence[int]) -> None:
    """What search knows of records of which these fields and columns are new, and of those with another owner."""
    own = {"custom"} if len(entity.searched) > len(entity.search) else set()
    if entity.search and fresh & own.union(path.partition("__")[0] for path in entity.searched):
        index(records)
    elif entity.search:
        search.reown(connection, entity.model, moved)


# -- the parts; bulk writes use those without an underscore ------------------------------------------------------------


def _split(model: type[Record], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    links = {field.name for field in model._meta.many_to_many}
    plain = {name: value for name, value in values.items() if name not in links}
    return plain, {name: value for name, value in values.items() if name in links}


def _locked(record: R) -> R:
    rows = type(record)._base_manager.select_for_update
    found = prepared(("lock", type(record)), lambda: rows().filter(keyed_alone(type(record))), [record.pk])
    if not found:
        raise Refused(_("This record is not there any more."))
    return cast(R, found[0])


def _check_rights(entity: Entity, names: Iterable[str], by: Actor, *, creating: bool) -> None:
    for name in names:
        if name == "owner":
            if not creating:
                entity.policy.demand(by, "transfer")
        elif name in entity.looks and entity.right(by, name) != "edit":
            message = _("You may not change this field.")
            raise Refused(message, fields={name: message})


def give_owner(entity: Entity, record: Record, by: Actor, *, asked: bool) -> None:
    """Set owner and department: the parent's, the one asked for, or the writer himself."""
    if entity.parent:
        above = getattr(record, entity.policy.through, None)
        if above is not None:
            record.owner_id, record.department_id = above.owner_id, above.department_id
        return
    if not asked and record.owner_id is None and by.pk is not None:
        # The writer himself and not only his key: an import would ask the database for him at each row.
        record.owner = cast(Any, by)
    if not type(record)._meta.get_field("department").editable:
        record.department_id = getattr(record.owner, "department_id", None) if record.owner_id else None
    record.given()


def hand_down(entity: Entity, parents: Sequence[int]) -> None:
    """Give what hangs on these records to their owners, who are stored already."""
    for child in entity.children:
        rows = child.model._base_manager.filter(among(child.model, parents, f"{child.policy.through}_id"))
        if not (keys := list(rows.values_list("pk", flat=True))):
            continue
        above = entity.model._base_manager.filter(pk=models.OuterRef(f"{child.policy.through}_id"))
        rows.update(**{name: models.Subquery(above.values(name)) for name in ("owner_id", "department_id")})
        if child.search:
            search.reown(connection, child.model, keys)
        for start in range(0, len(keys) if child.children else 0, 1000):
            hand_down(child, keys[start : start + 1000])


def _diff(entity: Entity, current: Record, plain: dict[str, Any], many: dict[str, Any]) -> dict[str, list[Any]]:
    diff = {}
    for name, after in {**plain, **many}.items():
        look = entity.looks.get(name)
        if look is None:
            raise RuntimeError(f"{entity.label} has no field {name!r}")
        before = look.to_json(look.stored(current))
        if before != (new := look.to_json(after)):
            diff[name] = [before, new]
    return diff


def fill_keys(record: Record, touched: set[str] | None = None) -> None:
    """Compute the pinyin sort keys, all or those of the fields that were touched."""
    for field in pinyin_keys(type(record)):
        if touched is None or field.source in touched:
            key = sort_key(getattr(record, field.source) or "", person=field.person)
            setattr(record, field.name, key[: field.max_length])


def validate(entity: Entity, record: Record, touched: set[str], *, added: bool = True) -> None:
    """Compute what follows from `touched` fields and check the record, with what the company `added` to it, too."""
    fill_keys(record, touched)
    record.touched = touched
    record.prepare()
    # Looks have checked form and foreign keys; here come the rules that need the whole record.
    try:
        clean_touched(record, touched)
        record.clean()
        refuse_double(record, touched)
    except ValidationError as error:
        raise refusal(error) from error
    for no in (entity.additions.check(entity, [record], touched) if added else {}).values():
        raise no


def refusal(error: ValidationError) -> Refused:
    """Django's complaint as ours."""
    if hasattr(error, "error_dict"):
        said = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        return Refused(said.pop("__all__", ""), fields=said)
    return Refused(" ".join(error.messages))


def _save(record: Record, **options: Any) -> None:
    try:
        # Without a savepoint of its own: the Refused ends the act's transaction, or goes back to the act's savepoint.
        insert_records([record]) if record._state.adding else record.save(**options)
    except IntegrityError as error:
        raise Refused(_("This contradicts another record (a number or name that must be unique).")) from error


def hanging(entity: Entity, record: Record, **state: Any) -> list[Record]:
    """The records that hang on this one and are as deleted as said, the farthest first: talks before the contact."""
    found: list[Record] = []
    for child in reversed(entity.children):
        for each in child.model._base_manager.select_for_update().filter(**{child.policy.through: record.pk, **state}):
            found += [*hanging(child, each, **state), each]
    return found


def index_elsewhere(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Write the index of those whose text holds fields of these records; `touched` None: made, or hidden or shown."""
    for other, lookup, names in entity.indexed_elsewhere:
        if touched is not None and not touched & names:
            continue
        if lookup.startswith("child:"):
            keys = {getattr(record, f"{lookup.removeprefix('child:')}_id") for record in records}
            rows = other.model._base_manager.filter(pk__in=keys, deleted_at=None)
        elif touched is None:
            continue  # a record that was just made, or is only hidden, stands in no other's text yet
        else:
            lookups = {f"{lookup}__in": [record.pk for record in records], "deleted_at": None}
            rows = other.model._base_manager.filter(**lookups)
        index(rows)


def follow(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Let common rooms keep what they keep of records just written."""
    for each in FOLLOWERS:
        each(entity, records, touched)


def refused_by_guards(
    entity: Entity, records: Sequence[Record], touched: set[str] | None, by: Actor
) -> dict[int, Refused]:
    """What the rules of common rooms have against these records, by place."""
    return {place: no for guard in GUARDS for place, no in guard(entity, records, touched, by).items()}
