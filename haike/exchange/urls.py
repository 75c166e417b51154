"""Addresses of import and export; they stand before the kernel's."""

from django.urls import path

from haike.exchange import pages_export, pages_import
from haike.exchange.grid.page import grid_view

urlpatterns = [
    path("<slug:slug>/grid", grid_view, name="grid"),
    path("<slug:slug>/import/", pages_import.upload_view, name="import"),
    path("<slug:slug>/import/template", pages_import.template_view, name="import_template"),
    path("<slug:slug>/export", pages_export.export_view, name="export"),
    path("imports/<int:pk>/", pages_import.run_view, name="import_run"),
    path("imports/<int:pk>/faults", pages_import.faults_view, name="import_faults"),
    path("imports/<int:pk>/undo", pages_import.undo_view, name="import_undo"),
]
