"""Addresses of this room beside those that every entity gets."""

from django.urls import path

from haike.work import today
from haike.work.follow_up import views

app_name = "work"
urlpatterns = [
    path("today/", today.today_view, name="today"),
    path("customers/<int:pk>/plan", views.plan_view, name="plan"),
    path("follow-ups/<int:pk>/redate", views.redate_view, name="redate"),
    path("follow-ups/<int:pk>/comment", views.comment_view, name="comment"),
    path("follow-ups/<int:pk>/photos", views.photos_view, name="photos"),
    path("follow-ups/<int:pk>/photos/<int:photo>", views.photo_view, name="photo"),
]
