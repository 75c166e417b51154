"""Small pages of the whole program: start, manifest."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from haike.screens.module import SwitchedOff


def home_view(request: HttpRequest) -> HttpResponseRedirect:
    """A seller begins with today."""
    return redirect("/today/")


def manifest_view(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install Haike."""
    return render(request, "kernel/manifest.webmanifest", content_type="application/manifest+json")


def missing_view(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not there, or not yours: the two look the same. What the company has switched off is told."""
    error: dict[str, Any] = {"status": 404}
    if isinstance(exception, SwitchedOff):
        error |= {"title": _("This function is switched off"), "text": str(exception)}
    return render(request, "kernel/error.html", {"error": error}, status=404)


def forbidden_view(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refused before a view could say why."""
    return render(request, "kernel/error.html", {"error": {"status": 403}}, status=403)


def stale_view(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is not that of the browser any more: somebody signed in anew in another window."""
    text = _("You signed in or out in another window meanwhile. Go back, reload the page and send it once more.")
    error = {"status": 403, "title": _("This page is too old to be sent"), "text": text}
    return render(request, "kernel/error.html", {"error": error}, status=403)
