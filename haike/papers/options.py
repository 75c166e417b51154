"""What a company sets for the papers that it sends."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.option import option

GROUP = _("Papers by link")
MOST_DAYS = 365
DAYS = option(
    "papers.days", 30, _("Links to papers are good for days"), group=GROUP, least=1, most=MOST_DAYS,
    help=_("Whoever sends a paper may choose another number."),
)  # fmt: skip
MAILS = option(
    "papers.mails", 100, _("E-mails with papers that each user may send in a day"), group=GROUP, least=1, most=10_000,
    help=_("Each address counts. Many mails at once let a mail server take the company for a sender of advertising."),
)  # fmt: skip
WITH_CODE = option("papers.code", False, _("Ask for a code at links to papers"), group=GROUP)
