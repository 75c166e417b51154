"""The company itself: its name, logo and contacts; one row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.fields import Email, Phone, Picture, Region, Url


class CompanyProfile(models.Model):
    """What the company is called and where it is reached; the row with key 1."""

    name = models.CharField(_("Company name"), max_length=120, blank=True, default="")
    short_name = models.CharField(_("Short name"), max_length=40, blank=True, default="")
    logo = Picture(_("Logo"))
    tax_number = models.CharField(_("Unified social credit code"), max_length=18, blank=True, default="")
    contact = models.CharField(_("Contact person"), max_length=60, blank=True, default="")
    phone = Phone(_("Telephone"))
    fax = Phone(_("Fax"))
    email = Email(_("E-mail"))
    website = Url(_("Website"))
    region = Region(_("Region"))
    address = models.CharField(_("Address"), max_length=200, blank=True, default="")
    post_code = models.CharField(_("Post code"), max_length=10, blank=True, default="")
    bank = models.CharField(_("Bank"), max_length=100, blank=True, default="")
    bank_account = models.CharField(_("Bank account"), max_length=40, blank=True, default="")
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("Company profile")
        verbose_name_plural = _("Company profile")

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def logo_url(self) -> str:
        """Where the logo is served, empty without one; also to people who are not signed in."""
        return f"/company-logo?v={self.version}" if self.logo else ""
