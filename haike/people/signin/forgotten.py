"""A link by e-mail for those who have forgotten their password."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from haike.jobs.declare import job
from haike.kernel.record import writer
from haike.people.company.profile import company
from haike.people.grants import organisation_changed
from haike.people.signin.address import client_ip
from haike.people.signin.attempt import find_user, note
from haike.people.signin.record import SignIn
from haike.people.user.actions import choose_password
from haike.people.user.record import User

MOST_AN_HOUR = 3
MOST_FROM_ADDRESS = 20


def ask_for_link(request: HttpRequest, typed: str) -> None:
    """Send the link where there is somebody to send it to; the caller says the same in any case."""
    user = find_user(typed)
    rows = SignIn.objects.filter(result=SignIn.Result.FORGOT, at__gte=timezone.now() - timedelta(hours=1))
    too_many = rows.filter(ip=client_ip(request)).count() >= MOST_FROM_ADDRESS
    if user is not None and not too_many:
        too_many = rows.filter(user=user).count() >= MOST_AN_HOUR
    note(request, SignIn.Result.FORGOT, user=user, typed=typed.strip().lower())
    if user is None or too_many or not user.email or not user.is_active:
        return
    # A job, so that the answer takes as long as for a name that nobody has.
    send_password_link.enqueue(user=user.pk, site=request.build_absolute_uri("/"))


def link_of(user: User, site: str) -> str:
    """The address at which the user may choose a password; it works once and for three days."""
    who = urlsafe_base64_encode(force_bytes(user.pk))
    return f"{site}reset/{who}/{default_token_generator.make_token(user)}"


@job(title=_("Send the link for a new password"), attempts=5)
def send_password_link(*, user: int, site: str) -> None:
    """Write the e-mail."""
    found = User.objects.live().get(pk=user)
    name = str(company()) or "Haike"
    with translation.override(found.language):
        text = render_to_string("people/password_link.txt", {"user": found, "link": link_of(found, site), "name": name})
        send_mail(_t("New password for %(name)s") % {"name": name}, text, settings.DEFAULT_FROM_EMAIL, [found.email])


def user_of_link(who: str, token: str) -> User | None:
    """Whom a link belongs to, as long as it is good."""
    try:
        pk = int(urlsafe_base64_decode(who))
    except (ValueError, OverflowError):
        return None
    user: User | None = User.objects.live().filter(pk=pk, is_active=True).first() if pk < 2**63 else None
    return user if user is not None and default_token_generator.check_token(user, token) else None


def reset_password(request: HttpRequest, user: User, *, password: str) -> None:
    """Set the password; who can read the mail of an account is let in again where wrong guesses had locked it."""
    with transaction.atomic(), writer():
        choose_password(user, password=password)
        User.objects.filter(pk=user.pk).update(locked_until=None)
        note(request, SignIn.Result.RESET, user=user, typed=user.username)
        organisation_changed()
