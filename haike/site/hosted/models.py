"""Which companies there are and by which host names they are reached; these tables lie in the shared schema."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin


class Company(TenantMixin):
    """One business that uses Haike, with its own schema."""

    name = models.CharField(_("Company name"), max_length=120)
    created_at = models.DateTimeField(_("Created at"), auto_now_add=True)

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
