"""Addresses of the API and of the page for tokens."""

from django.urls import path

from haike.api.pages import no_such_view, token_end_view, tokens_view
from haike.api.surface import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("api/<path:rest>", no_such_view),
    path("account/tokens/", tokens_view, name="tokens"),
    path("account/tokens/<int:pk>/end", token_end_view, name="token_end"),
]
