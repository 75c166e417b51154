"""Addresses of this room; those below /public/ need nobody signed in."""

from django.urls import path

from haike.papers import public, server_page, views

app_name = "papers"
urlpatterns = [
    path("papers/<int:pk>", views.link_view, name="link"),
    path("papers/<int:pk>/mail", views.mail_again_view, name="mail-again"),
    path("settings/mail", server_page.mail_view, name="mail"),
    path("papers/<int:pk>/withdraw", views.withdraw_view, name="withdraw"),
    path("public/papers/<str:token>", public.paper_view, name="public"),
    path("public/papers/<str:token>/seen", public.seen_view, name="seen"),
]
