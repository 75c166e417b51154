"""Addresses of the API and of the page for tokens."""

from django.urls import URLResolver, path
from django.urls.resolvers import RoutePattern

from haike.api.pages import no_such_view, token_end_view, tokens_view
from haike.api.webhook import views as webhooks

HOOK = "settings/webhooks/<int:pk>/"
urlpatterns = [
    # By name: imported when it is first asked for.
    URLResolver(RoutePattern("api/v1/"), "haike.api.endpoints", app_name="ninja", namespace="api"),
    path("api/<path:rest>", no_such_view),
    path("account/tokens/", tokens_view, name="tokens"),
    path("account/tokens/<int:pk>/end", token_end_view, name="token_end"),
    path("settings/webhooks/", webhooks.webhooks_view, name="webhooks"),
    path("settings/webhooks/new", webhooks.edit_view, name="webhook_new"),
    path(HOOK, webhooks.webhook_view, name="webhook"),
    path(f"{HOOK}edit", webhooks.edit_view, name="webhook_edit"),
    path(f"{HOOK}again", webhooks.failed_again_view, name="webhook_again"),
    path(f"{HOOK}test", webhooks.test_view, name="webhook_test"),
    path(f"{HOOK}switch", webhooks.switch_view, name="webhook_switch"),
    path(f"{HOOK}secret", webhooks.secret_view, name="webhook_secret"),
    path(f"{HOOK}delete", webhooks.delete_view, name="webhook_delete"),
    path(f"{HOOK}deliveries/<int:key>/", webhooks.delivery_view, name="delivery"),
    path(f"{HOOK}deliveries/<int:key>/again", webhooks.again_view, name="delivery_again"),
]
