"""Reading and changing the company's profile."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.chinese.uscc import check_uscc
from haike.kernel.log import Change, origin
from haike.kernel.policy import Actor
from haike.kernel.versioned import Versioned, bump
from haike.people.company.record import CompanyProfile
from haike.refused import Conflict, Refused

LABEL = "people.companyprofile"
ONLY = 1


def _read() -> CompanyProfile:
    return CompanyProfile.objects.filter(pk=ONLY).first() or CompanyProfile(pk=ONLY)


company: Versioned[CompanyProfile] = Versioned("company", _read)
"""The profile, kept in the process; not to be changed in place."""


def _checked_code(text: str) -> str:
    try:
        return check_uscc(text)
    except Refused as no:
        raise Refused(fields={"tax_number": no.message}) from no


def change_company(*, by: Actor, version: int | None = None, **values: Any) -> CompanyProfile:
    """Change the profile; what was changed goes into the log."""
    if not by.grants.may_do("settings"):
        raise Refused(_("Only those who may change settings change the company profile."))
    with transaction.atomic():
        profile = CompanyProfile.objects.select_for_update().filter(pk=ONLY).first() or CompanyProfile(pk=ONLY)
        if version is not None and version != profile.version:
            raise Conflict(_("Somebody else has saved the profile in the meantime."), current=profile)
        if values.get("tax_number"):
            values["tax_number"] = _checked_code(values["tax_number"])
        diff = {}
        for name, value in values.items():
            before, after = getattr(profile, name), getattr(value, "name", value)
            before = getattr(before, "name", before) or ""
            if before != after:
                diff[name] = [before, after]
                setattr(profile, name, value)
        if diff:
            profile.version += 1
            profile.save()
            Change(
                entity=LABEL,
                record_id=ONLY,
                at=timezone.now(),
                by_id=by.pk,
                by_name=getattr(by, "name", ""),
                origin=origin.get(),
                action="change",
                version=profile.version,
                diff=diff,
            ).save()
            bump("company")
    return profile
