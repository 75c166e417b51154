"""Addresses of attachments; they stand before the kernel's."""

from django.urls import path

from haike.files.attachment import page, views
from haike.files.own_file import views as own_file

urlpatterns = [
    path("attachments/", page.page_view, name="attachments"),
    path("attachments/space", page.space_view, name="attachment_space"),
    path("attachments/content/<str:token>", views.content_view, name="attachment_content"),
    path("attachments/<int:pk>/", views.show_view, name="attachment"),
    path("attachments/<int:pk>/download", views.download_view, name="attachment_download"),
    path("attachments/<int:pk>/rename", views.rename_view, name="attachment_rename"),
    path("attachments/<int:pk>/delete", views.detach_view, name="attachment_delete"),
    path("attachments/<int:pk>/restore", views.reattach_view, name="attachment_restore"),
    path("attachments/<int:pk>/purge", views.purge_view, name="attachment_purge"),
    path("<slug:slug>/<int:pk>/file/<slug:name>/", own_file.show_view, name="own_file"),
    path("<slug:slug>/<int:pk>/file/<slug:name>/download", own_file.content_view, name="own_file_download"),
    path("<slug:slug>/<int:pk>/file/<slug:name>/content/<slug:form>", own_file.content_view, name="own_file_content"),
    path("<slug:slug>/<int:pk>/attachments", views.upload_view, name="attach"),
    path("<slug:slug>/<int:pk>/attachments/link", views.link_view, name="attach_link"),
]
