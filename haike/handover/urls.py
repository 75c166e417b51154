"""Addresses of this room."""

from django.urls import path

from haike.handover import pages

app_name = "handover"
urlpatterns = [
    path("users/<int:pk>/leave", pages.leave_view, name="leave"),
    path("handovers/", pages.handovers_view, name="handovers"),
    path("handovers/left", pages.left_view, name="left"),
    path("handovers/<int:pk>/", pages.handover_view, name="handover"),
    path("handovers/<int:pk>/change", pages.change_view, name="change"),
    path("handovers/<int:pk>/start", pages.start_view, name="start"),
    path("handovers/<int:pk>/decide", pages.decide_view, name="decide"),
    path("handovers/<int:pk>/withdraw", pages.withdraw_view, name="withdraw"),
]
