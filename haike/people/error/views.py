"""What a user sees when the program broke."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _

from haike.people.error.catch import note_error

log = logging.getLogger("haike.errors")


def server_error(request: HttpRequest) -> HttpResponse:
    """The page with the number of the fault."""
    number = note_error(request)
    try:
        return render(request, "kernel/error.html", {"error": {"status": 500, "number": number}}, status=500)
    except Exception:
        # The frame asks the database, which may be what broke.
        log.exception("the page of error %s broke too", number)
        sentence = _("Something broke on our side. Tell your administrator the number %(number)s.") % {"number": number}
        return HttpResponse(format_html('<!doctype html><div id="error"><p>{}</p></div>', sentence), status=500)
