"""The page of the sample company and of the first steps."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.jobs.declare import asking
from haike.said import said
from haike.screens.door import done
from haike.site.demo.remove import AT_ONCE, remove_sample, remove_sample_rows, sample_size
from haike.site.guide import sample_present, steps
from haike.site.settings_pages import for_administrators

HERE = "/settings/samples"


@for_administrators
def samples_view(request: HttpRequest) -> HttpResponse:
    """The first steps of a company, and the button that takes the examples out."""
    user = cast(Any, request.user)
    if request.method == "POST" and sample_present():
        return _remove(request, user)
    context = {"steps": steps(), "present": sample_present(), "customers": sample_size()}
    return render(request, "site/samples.html", context)


def _remove(request: HttpRequest, user: Any) -> HttpResponse:
    if sample_size() > AT_ONCE:
        with asking(by=user.pk, title=said(_("Remove the sample company")), key="remove-sample"):
            job = remove_sample_rows.enqueue(by=user.pk)
        return done(request, _("The examples are being removed."), f"/jobs/{job.id}/", go=True)
    result = remove_sample(by=user)
    message = str(_("The examples are removed."))
    if result.kept:
        message += " " + str(_("%(count)s customers stay because somebody works with them.") % {"count": result.kept})
    return done(request, message, HERE, go=True)
