"""What a company sets for the papers that it sends."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.option import option

GROUP = _("Papers by link")
MOST_DAYS = 365
DAYS = option(
    "papers.days", 30, _("Links to papers are good for days"), group=GROUP, least=1, most=MOST_DAYS,
    help=_("Whoever sends a paper may choose another number."),
)  # fmt: skip
WITH_CODE = option("papers.code", False, _("Ask for a code at links to papers"), group=GROUP)
