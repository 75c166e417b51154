"""Files of a hosted service: a folder for each company."""

from django_tenants.files.storage import TenantFileSystemStorage

from haike.files.storage import WholeFiles


class CompanyFiles(TenantFileSystemStorage, WholeFiles):
    """The files of the company whose data is open."""
