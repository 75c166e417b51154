"""Addresses of the room."""

from django.urls import path

from haike.dedupe import lookup, note
from haike.dedupe.claim import screen as claiming
from haike.dedupe.merge import screen as merging
from haike.dedupe.scan import screen as scanning

app_name = "dedupe"
urlpatterns = [
    path("claims/", claiming.claims_view, name="claims"),
    path("claims/new", claiming.new_view, name="claim_new"),
    path("claims/<int:pk>/", claiming.case_view, name="claim"),
    path("<slug:slug>/likeness", note.likeness_view, name="likeness"),
    path("<slug:slug>/lookup", lookup.lookup_view, name="lookup"),
    path("<slug:slug>/merge", merging.merge_view, name="merge"),
    path("<slug:slug>/duplicates", scanning.duplicates_view, name="duplicates"),
]
