"""Addresses of this room beside those that every entity gets."""

from django.urls import path

from haike.project.link import views as links
from haike.project.milestone.views import reach_view
from haike.project.project.views import phase_view

app_name = "project"
urlpatterns = [
    path("projects/<int:pk>/stage/<str:phase>", phase_view, name="phase"),
    path("projects/<int:pk>/link/<str:kind>", links.link_view, name="link"),
    path("projects/<int:pk>/unlink/<str:kind>/<int:key>", links.unlink_view, name="unlink"),
    path("projects/of/<str:kind>/<int:pk>", links.place_view, name="place"),
    path("milestones/<int:pk>/reach", reach_view, name="reach"),
]
