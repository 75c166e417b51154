"""Addresses of one record's way into a pool and out of it."""

from django.urls import path

from haike.pools import trial_page, views
from haike.pools.assignment import pages
from haike.pools.territory import pages as territories

app_name = "pools"
ONE = "<slug:slug>/<int:pk>/"
urlpatterns = [
    path("pools/<int:pk>/replay", trial_page.replay_view, name="replay"),
    path("assignment-rules/try", pages.try_view, name="try_rules"),
    path("assignment-rules/<int:pk>/conditions", pages.conditions_view, name="conditions"),
    path("territories/redraw", territories.redraw_view, name="redraw"),
    path("territories/<int:pk>/conditions", territories.conditions_view, name="territory_conditions"),
    path(f"{ONE}claim", views.claim_view, name="claim"),
    path(f"{ONE}return", views.return_view, name="return"),
    path(f"{ONE}assign", views.assign_view, name="assign"),
]
