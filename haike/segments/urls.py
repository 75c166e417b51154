"""Addresses of groups and rules besides those that every entity has."""

from django.urls import path

from haike.segments import builder
from haike.segments.sweep import page

app_name = "segments"
ONE = "<slug:slug>/<int:pk>/"
urlpatterns = [
    path(f"{ONE}conditions", builder.conditions_view, name="conditions"),
    path(f"{ONE}sweep", page.sweep_view, name="sweep"),
    path("<slug:slug>/segment", builder.new_from_list_view, name="from_list"),
]
