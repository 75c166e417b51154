"""Settings of signing in."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.option import option

GROUP = _("Sign-in")

IDLE_MINUTES = option(
    "people.idle_minutes", 30, _("Sign out after minutes without use"), group=GROUP, least=5, most=1440
)
CAPTCHA_AFTER = option(
    "people.captcha_after", 3, _("Ask for the characters in a picture after failures"), group=GROUP, least=1, most=20
)
LOCK_AFTER = option(
    "people.lock_after", 10, _("Lock an account after failures in a day"), group=GROUP, least=3, most=100
)
REGISTRATION = option(
    "people.registration",
    False,
    _("Anybody may ask to join"),
    group=GROUP,
    help=_("The sign-in page offers to register; an administrator approves each one."),
)
