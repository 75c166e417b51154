"""Which companies there are and by which host names they are reached; these tables lie in the shared schema."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin


class Company(TenantMixin):
    """One business that uses Haike, with its own schema."""

    name = models.CharField(_("Company name"), max_length=120)
    created_at = models.DateTimeField(_("Created at"), auto_now_add=True)
    plan = models.CharField(_("Plan"), max_length=60, blank=True, default="")
    seats = models.PositiveIntegerField(_("Seats"), null=True, blank=True)
    starts_on = models.DateField(_("Begins"), null=True, blank=True)
    ends_on = models.DateField(_("Ends"), null=True, blank=True)
    storage_mb = models.PositiveIntegerField(_("Storage (MB)"), null=True, blank=True)

    # The command that makes a company migrates its schema itself and reports progress.
    auto_create_schema = False

    class Meta:
        verbose_name = _("Company")
        verbose_name_plural = _("Companies")

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host name; the request's company is found by it."""

    class Meta:
        verbose_name = _("Host name")
        verbose_name_plural = _("Host names")
