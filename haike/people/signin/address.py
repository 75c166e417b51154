"""Where a request comes from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The address of the browser.

    Behind a proxy (HAIKE_HTTPS) it is the last one that the proxy wrote down; what stands before it was sent by the
    browser and proves nothing.
    """
    found = request.META.get("REMOTE_ADDR", "")
    if settings.HAIKE_HTTPS:
        found = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or found
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return None


def client_agent(request: HttpRequest) -> str:
    """The browser, as it calls itself."""
    return request.META.get("HTTP_USER_AGENT", "")[:300]
