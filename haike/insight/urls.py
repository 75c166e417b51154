"""Addresses of pivots; every list has one."""

from django.urls import path

from haike.insight import page, sheet

app_name = "insight"
PIVOT = "<slug:slug>/pivot"
urlpatterns = [
    path(PIVOT, page.pivot_view, name="pivot"),
    path(f"{PIVOT}/keep", page.keep_view, name="keep"),
    path(f"{PIVOT}/<int:pk>/delete", page.delete_view, name="delete"),
    path(f"{PIVOT}/sheet", sheet.sheet_view, name="sheet"),
]
