"""Pieces of pages: comments and photos under a follow-up, and follow-ups in a customer's timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.customers.timeline import Entry, Place
from haike.find.prepared import keyed, keyed_alone, prepared, run_once
from haike.kernel.entity import Entity, Panel, entity_of
from haike.kernel.policy import Actor
from haike.work.follow_up.record import FollowUp, FollowUpComment, FollowUpPhoto

RANK = 2
SHOWN = ("subject", "result", "attitude", "stage")
OWN_COLUMNS = [field.name for field in FollowUp._meta.concrete_fields]


def comments_of(follow_ups: Iterable[FollowUp]) -> dict[int, list[FollowUpComment]]:
    """The comments of some follow-ups, the oldest first, by one query."""
    found: dict[int, list[FollowUpComment]] = defaultdict(list)

    def rows() -> Any:
        some = FollowUpComment.objects.live().filter(keyed(FollowUpComment, "follow_up_id"))
        return some.only("follow_up", "text", "created_at", "created_by").order_by("id")

    for comment in prepared("comments of follow-ups", rows, [each.pk for each in follow_ups]):
        found[comment.follow_up_id].append(comment)
    return found


def photos_of(follow_ups: Iterable[FollowUp]) -> dict[int, list[int]]:
    """The keys of the photos of some follow-ups, by one query."""
    found: dict[int, list[int]] = defaultdict(list)

    def rows() -> Any:
        some = FollowUpPhoto.objects.filter(keyed(FollowUpPhoto, "follow_up_id"))
        return some.order_by("id").values_list("follow_up_id", "id")

    for follow_up, photo in prepared("photos of follow-ups", rows, [each.pk for each in follow_ups]):
        found[follow_up].append(photo)
    return found


def as_shown(follow_ups: list[FollowUp], user: Any) -> list[dict[str, Any]]:
    """Follow-ups with what a timeline shows of each: marks, comments, photos, whether the user may change it."""
    entity: Entity = entity_of(FollowUp)
    looks = {name: entity.looks[name] for name in SHOWN if entity.right(user, name) in ("read", "edit")}
    manner = entity.looks["manner"]
    comments, photos = comments_of(follow_ups), photos_of(follow_ups)
    may_comment = entity_of(FollowUpComment).policy.may(user, "create")
    return [
        {
            "follow_up": each,
            "url": entity.url_of(each),
            "manner": mark_safe(manner.cell(each.manner)),
            "marks": [mark_safe(look.cell(look.get(each))) for look in looks.values() if look.get(each)],
            "comments": comments.get(each.pk, []),
            "photos": [f"{entity.url_of(each)}photos/{photo}" for photo in photos.get(each.pk, ())],
            "may_edit": entity.policy.allows(user, "edit", each),
            "may_comment": may_comment,
        }
        for each in follow_ups
    ]


def timeline_entries(customer: Customer, user: Actor, before: Place | None, limit: int) -> list[Entry]:
    """A customer's follow-ups as entries of its timeline."""
    if not entity_of(FollowUp).policy.may(user, "view"):
        return []

    def rows() -> Any:
        found: Any = FollowUp.objects.live().filter(keyed_alone(FollowUp, "customer_id"))
        # Contacts are wide; only the name is shown.
        found = found.select_related("contact").only(*OWN_COLUMNS, "contact__name")
        return (found if before is None else found.filter(before.before(RANK))).order_by("-at", "-id")[:limit]

    follow_ups = prepared(("timeline", limit), rows, [customer.pk]) if before is None else run_once(rows, [customer.pk])
    for each in follow_ups:
        each.customer = customer
    return [
        Entry(Place(shown["follow_up"].at, RANK, shown["follow_up"].pk), "work/timeline_follow_up.html", shown)
        for shown in as_shown(follow_ups, user)
    ]


def _talk(request: HttpRequest, follow_up: FollowUp) -> SafeString:
    shown = as_shown([follow_up], cast(Any, request.user))[0]
    return render_to_string("work/talk.html", {"entry": shown}, request=request)


PANELS = [Panel("talk", _("Talk and comments"), _talk, place="main", icon="messages")]
