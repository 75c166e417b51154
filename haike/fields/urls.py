"""Addresses of the settings of own fields and layouts."""

from django.urls import path

from haike.fields.layout import views as layout
from haike.fields.own_field import views

ONE = "settings/fields/<slug:slug>/<slug:key>/"
urlpatterns = [
    path("settings/fields/", views.entities_view, name="own_fields"),
    path("settings/fields/<slug:slug>/", views.fields_view, name="own_fields_of"),
    path("settings/fields/<slug:slug>/new", views.new_view, name="own_field_new"),
    path("settings/fields/<slug:slug>/preview", views.preview_view, name="own_field_preview"),
    path(f"{ONE}edit", views.edit_view, name="own_field_edit"),
    path(f"{ONE}move", views.move_view, name="own_field_move"),
    path(f"{ONE}delete", views.delete_view, name="own_field_delete"),
    path(f"{ONE}restore", views.restore_view, name="own_field_restore"),
    path(f"{ONE}purge", views.purge_view, name="own_field_purge"),
    path("settings/layout/", layout.entities_view, name="layouts"),
    path("settings/layout/<slug:slug>/", layout.design_view, name="layout_of"),
]
