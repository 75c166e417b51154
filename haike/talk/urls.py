"""Addresses of tags, stars, comments and notices."""

from django.urls import path

from haike.talk import head
from haike.talk.comment import views as comments
from haike.talk.notice import account
from haike.talk.notice import views as notices
from haike.talk.tag import views as tags

app_name = "talk"
ONE = "<slug:slug>/<int:pk>/"
urlpatterns = [
    path("account/notices", account.choice_view, name="choice"),
    path("notices/", notices.notices_view, name="notices"),
    path("notices/news", notices.news_view, name="news"),
    path("notices/stream", notices.stream_view, name="stream"),
    path("notices/read", notices.read_view, name="read"),
    path("notices/<int:pk>/open", notices.open_view, name="open"),
    path("tags/", tags.tag_list_view, name="tags"),
    path("tags/new", tags.tag_new_view, name="tag_new"),
    path("tags/<int:pk>/edit", tags.tag_edit_view, name="tag_edit"),
    path("tags/<int:pk>/delete", tags.tag_delete_view, name="tag_delete"),
    path(f"{ONE}star", head.star_view, name="star"),
    path(f"{ONE}tags", tags.tags_view, name="record_tags"),
    path(f"{ONE}mention", comments.mention_view, name="mention"),
    path(f"{ONE}comments", comments.comments_view, name="comments"),
    path(f"{ONE}comments/<int:key>/edit", comments.edit_view, name="comment_edit"),
    path(f"{ONE}comments/<int:key>/delete", comments.delete_view, name="comment_delete"),
]
