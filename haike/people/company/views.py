"""The page of the company's profile, and its logo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Label, Section
from haike.kernel.look import PictureLook
from haike.people.company.profile import change_company, company
from haike.people.company.record import CompanyProfile
from haike.people.looks import model_looks
from haike.people.pages import demand_grant
from haike.people.user.record import User
from haike.refused import Conflict, Refused
from haike.screens.door import done
from haike.screens.form import FormPage, Typed

SECTIONS = [
    Section(_("Company"), ["name", "short_name", "tax_number", "logo"]),
    Section(_("Contact"), ["contact", "phone", "fax", "email", "website", "region", "address", "post_code"]),
    Section(_("Bank"), ["bank", "bank_account"]),
]

Facts = Callable[[], list[tuple[Label, str]]]
_sources: list[Facts] = []


def declare_facts(source: Facts) -> None:
    """Let a room below add facts about the company, such as the plan and the days left of a hosted one."""
    _sources.append(source)


class LogoLook(PictureLook):
    """The logo, which belongs to no entity and so has an address of its own."""

    def source(self, value: Any) -> str:
        return str(value.instance.logo_url)


def company_facts() -> list[tuple[Label, str]]:
    """What one reads but does not edit."""
    users = User.objects.live().filter(is_active=True).count()
    return [(_("Users in use"), str(users)), *(fact for source in _sources for fact in source())]


def company_view(request: HttpRequest) -> HttpResponse:
    """Name, logo, contacts, tax number, bank; below it what a hosted company has and uses."""
    demand_grant(request, "settings")
    profile, status = company(), 200
    names = [name for section in SECTIONS for name in section.fields]
    looks = model_looks(CompanyProfile, *names)
    looks["logo"] = LogoLook("logo", looks["logo"].label, field=looks["logo"].field)
    typed = Typed(looks, request.user)
    typed.start({name: getattr(profile, name) for name in names})
    version = profile.version
    if request.method == "POST":
        typed.read(request.POST, request.FILES)
        if typed.parse():
            try:
                sent = whole(request.POST.get("version"))
                change_company(by=cast(Any, request.user), version=sent, **typed.values)
                return done(request, _("The company profile is saved."), "/settings/company")
            except Conflict as conflict:
                version = conflict.current.version
                typed.message = str(_("Somebody else has saved the profile in the meantime. Save again to put yours."))
            except Refused as no:
                typed.refuse(no)
        status = 422
    form = FormPage(
        title=_("Company profile"),
        action="/settings/company",
        sections=typed.sections(SECTIONS),
        errors=typed.error_lines(),
        message=typed.message,
        version=version,
        back_url="/settings/",
        top=facts_html(),
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": form}, status=status)


def facts_html() -> SafeString:
    """The facts as a line."""
    lines = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", company_facts())
    return SafeString(f'<dl class="facts">{lines}</dl>')


def logo_view(request: HttpRequest) -> HttpResponse | FileResponse:
    """The logo, for everybody: it stands on the sign-in page."""
    logo = company().logo
    if not logo or not logo.storage.exists(str(logo.name)):
        raise Http404
    answer = FileResponse(logo.storage.open(str(logo.name), "rb"))
    answer["Cache-Control"] = "public, max-age=86400"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
