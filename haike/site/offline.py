"""The service worker and the page that it shows without a network. It keeps that page and its looks, nothing else."""

import hashlib
import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.cache import never_cache

PAGE = "/offline"
LOOKS = ("haike/haike.css", "haike/theme.js", "haike/offline.js", "haike/favicon.svg")


@never_cache
def worker_view(request: HttpRequest) -> HttpResponse:
    """The service worker; another style sheet or another text makes another worker, which fetches all anew."""
    kept = [PAGE, *(static(name) for name in LOOKS)]
    # Without the request the page is the same for everybody.
    version = hashlib.sha256((" ".join(kept) + render_to_string("site/offline.html")).encode()).hexdigest()[:12]
    context = {"kept": json.dumps(kept), "page": json.dumps(PAGE), "name": json.dumps(f"haike-{version}")}
    return render(request, "site/service-worker.js", context, content_type="text/javascript")


def offline_view(request: HttpRequest) -> HttpResponse:
    """The page without a network, in both languages, with nobody's data."""
    return HttpResponse(render_to_string("site/offline.html"))
