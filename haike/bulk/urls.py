"""Addresses of bulk acts; they stand before the kernel's."""

from django.urls import path

from haike.bulk import pages

urlpatterns = [
    path("batches/", pages.batches_view, name="batches"),
    path("batches/<int:pk>/", pages.batch_view, name="batch"),
    path("batches/<int:pk>/refused", pages.refusals_view, name="batch_refused"),
    path("batches/<int:pk>/stop", pages.stop_view, name="batch_stop"),
    path("batches/<int:pk>/undo", pages.undo_view, name="batch_undo"),
    path("<slug:slug>/bulk/<slug:act>", pages.act_view, name="bulk"),
]
