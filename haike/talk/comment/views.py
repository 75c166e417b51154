"""Addresses of the comments of a record."""

from __future__ import annotations

import json
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Entity, entity_named
from haike.people.user.record import User
from haike.refused import Refused
from haike.screens.door import done, entity_view, find_record, refused_page
from haike.screens.picker import pick
from haike.talk.comment.actions import RecordGone, delete_comment, edit_comment, may_edit, write_comment
from haike.talk.comment.panel import comments_html, shown
from haike.talk.comment.record import Comment
from haike.talk.where import reads_comments, who_sees

MOST_PICKED = 8


@entity_view("comments")
def comments_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """GET: the comments; POST: one more."""
    user = cast(Any, request.user)
    if not reads_comments(user, entity):
        raise Http404
    if request.method != "POST":
        record = find_record(entity, user, pk)
        if getattr(request, "htmx", False):
            return HttpResponse(comments_html(request, record))
        return redirect(f"{entity.url_of(record)}?tab=comments")
    text = request.POST.get("text", "")
    try:
        write_comment(entity, pk, text=text, by=user, chosen=_chosen(request))
    except RecordGone as no:
        return _kept_text(request, entity, str(no), text)
    except Refused as no:
        return _again(request, entity, pk, text, " ".join(map(str, no.fields.values())) or str(no))
    record = find_record(entity, user, pk)
    if not getattr(request, "htmx", False):
        return done(request, _("Comment saved."), f"{entity.url_of(record)}?tab=comments")
    told = json.dumps({"saved": {"message": str(_("Comment saved.")), "again": True}})
    return HttpResponse(comments_html(request, record), headers={"HX-Trigger": told})


def _chosen(request: HttpRequest) -> list[int]:
    return [key for key in map(whole, request.POST.getlist("mention")[:200]) if key is not None]


def _again(request: HttpRequest, entity: Entity, pk: int, text: str, error: str) -> HttpResponse:
    """The box once more with what was written and what is wrong with it."""
    record = find_record(entity, cast(Any, request.user), pk)
    html = comments_html(request, record, text=text, error=error)
    if getattr(request, "htmx", False):
        return HttpResponse(html, status=422)
    return render(request, "talk/comment_again.html", {"html": html, "title": str(record)}, status=422)


def _kept_text(request: HttpRequest, entity: Entity, error: str, text: str) -> HttpResponse:
    """The record went away while somebody wrote: the words come back to him."""
    # With scripts the page stays as it is, and the text in its box.
    context = {"error": error, "text": text, "back_url": entity.url}
    return render(request, "talk/comment_lost.html", context, status=404)


def _find(request: HttpRequest, entity: Entity, pk: int, key: int) -> tuple[Any, Comment]:
    if not reads_comments(request.user, entity):
        raise Http404
    record = find_record(entity, cast(Any, request.user), pk)
    comment = Comment.objects.filter(pk=key, entity=entity.label, record_id=pk, deleted_at=None).first()
    if comment is None:
        raise Http404
    return record, comment


@entity_view("comment_edit")
def edit_view(request: HttpRequest, entity: Entity, pk: int, key: int) -> HttpResponse:
    """Change one's own comment in its place; `?show=1` gives it unchanged."""
    user = cast(Any, request.user)
    record, comment = _find(request, entity, pk, key)
    text, error, status = comment.text, "", 200
    fragment = getattr(request, "htmx", False)
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            comment = edit_comment(comment, text=text, by=user, chosen=_chosen(request))
        except Refused as no:
            error, status = " ".join(map(str, no.fields.values())) or str(no), 422
        else:
            if not fragment:
                return done(request, _("Comment saved."), f"{entity.url_of(record)}?tab=comments")
            return _one(request, entity, record, comment)
    elif request.GET.get("show"):
        return _one(request, entity, record, comment)
    elif not may_edit(comment, user):
        return refused_page(request, Refused(_("Only the author may change a comment, and only for a while.")))
    context = {"comment": comment, "url": entity.url_of(record), "text": text, "error": error}
    html = render_to_string("talk/comment_edit.html", context, request=request)
    if fragment:
        return HttpResponse(html, status=status)
    return render(request, "talk/comment_again.html", {"html": html, "title": str(record)}, status=status)


def _one(request: HttpRequest, entity: Entity, record: Any, comment: Comment) -> HttpResponse:
    line = shown(entity, record, cast(Any, request.user), [comment])[0]
    return render(request, "talk/comment.html", {"line": line, "url": entity.url_of(record)})


@entity_view("comment_delete")
def delete_view(request: HttpRequest, entity: Entity, pk: int, key: int) -> HttpResponse:
    """Delete a comment."""
    record, comment = _find(request, entity, pk, key)
    if request.method != "POST":
        raise Http404
    delete_comment(comment, by=cast(Any, request.user))
    return done(request, _("The comment is deleted."), f"{entity.url_of(record)}?tab=comments")


@entity_view("mention")
def mention_view(request: HttpRequest, entity: Entity, pk: int) -> JsonResponse:
    """Colleagues by name or pinyin, with whether they see the record; {"items": [{"id", "label", "hint", "sees"}]}"""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk)
    people = entity_named(User._meta.label_lower)
    found = pick(people, user, request.GET.get("q", "").strip()[:60], MOST_PICKED) if people else []
    seeing = who_sees(entity, record, found, comments=True)
    items = [
        {
            "id": each.pk,
            "label": each.name,
            "hint": str(each.department or "") if each.pk in seeing else str(_("cannot see this record")),
            "sees": each.pk in seeing,
        }
        for each in found
    ]
    return JsonResponse({"items": items})
