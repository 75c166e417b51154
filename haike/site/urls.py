"""All addresses: each room's own, the kernel's last because /{slug}/ takes what is left."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from haike.site import health, help_pages, metrics, module_pages, offline, pages, sample_pages, search, settings_pages
from haike.site.health_page import health_view
from haike.site.numbering import pages as numbers
from haike.site.rooms import ROOMS
from haike.site.speed.page import speed_view

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.answer, name="health"),
    path("metrics", metrics.metrics_view, name="metrics"),
    path("language/", include("django.conf.urls.i18n")),
    path("captcha/", include("captcha.urls")),
    path("", pages.home_view, name="home"),
    path("manifest.webmanifest", pages.manifest_view, name="manifest"),
    path("service-worker.js", offline.worker_view, name="service_worker"),
    path("offline", offline.offline_view, name="offline"),
    path("palette", search.palette_view, name="palette"),
    path("search", search.search_view, name="search"),
    path("help/", help_pages.help_view, name="help"),
    path("help/pictures/<str:name>", help_pages.picture_view, name="help_picture"),
    path("help/<slug:key>/", help_pages.help_view, name="help_chapter"),
    path("settings/", settings_pages.settings_view, name="settings"),
    path("settings/modules/", module_pages.modules_view, name="modules"),
    path("settings/numbers/", numbers.numbers_view, name="numbers"),
    path("settings/numbers/<slug:slug>/<slug:field>/", numbers.number_view, name="number"),
    path("settings/numbers/<slug:slug>/<slug:field>/preview", numbers.preview_view, name="number_preview"),
    path("settings/health", health_view, name="health_page"),
    path("settings/speed", speed_view, name="speed"),
    path("settings/samples", sample_pages.samples_view, name="samples"),
    path("settings/dictionaries/", settings_pages.dictionaries_view, name="dictionaries"),
    path("settings/dictionaries/<slug:key>/", settings_pages.dictionary_view, name="dictionary"),
]
urlpatterns += [
    path("", include(f"haike.{room}.urls")) for room in reversed(ROOMS[:-1]) if find_spec(f"haike.{room}.urls")
]

handler500 = "haike.people.error.views.server_error"
handler404 = "haike.site.pages.missing_view"
handler403 = "haike.site.pages.forbidden_view"
