"""Addresses of the job pages."""

from __future__ import annotations

from django.urls import path

from haike.jobs import views

app_name = "jobs"

urlpatterns = [
    path("jobs/", views.jobs_page, name="list"),
    path("jobs/<int:pk>/", views.job_page, name="page"),
    path("jobs/<int:pk>/cancel", views.cancel_job, name="cancel"),
    path("jobs/<int:pk>/retry", views.retry_job, name="retry"),
    path("jobs/<int:pk>/file", views.result_file, name="file"),
]
