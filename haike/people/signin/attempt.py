"""Signing in: who may try, who is let in, and what is written down about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from captcha.models import CaptchaStore
from django.contrib.auth import login, logout
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.chinese.phone import normalise_phone
from haike.kernel import change
from haike.kernel.policy import Actor
from haike.kernel.record import writer
from haike.people.alarm.place import watch_place
from haike.people.authority import demand_may_manage
from haike.people.grants import organisation_changed
from haike.people.signin.address import client_agent, client_ip
from haike.people.signin.hashing import hashing
from haike.people.signin.options import CAPTCHA_AFTER, LOCK_AFTER
from haike.people.signin.record import SignIn
from haike.people.user.record import User
from haike.refused import Refused

BACKEND = "haike.people.signin.backend.CachedUsers"
FAILED = (SignIn.Result.WRONG, SignIn.Result.UNKNOWN)
FORGIVEN = (SignIn.Result.OK, SignIn.Result.UNLOCKED, SignIn.Result.RESET)
IP_WINDOW = timedelta(minutes=30)

Result = SignIn.Result


def find_user(typed: str) -> User | None:
    """The user with this user name, phone or e-mail."""
    text = typed.strip().lower()
    if not text:
        return None
    phone = normalise_phone(text)
    same_phone = Q(phone=str(phone)) if phone.kind != "unknown" else Q(pk=None)
    found = list(User.objects.live().filter(Q(username=text) | Q(email=text) | same_phone)[:3])
    # A user name wins: it is unique by itself, and nobody can take it as a phone.
    return min(found, key=lambda user: user.username != text) if found else None


def note(request: HttpRequest, result: str, *, user: User | None = None, typed: str = "") -> SignIn:
    """A row of the sign-in log."""
    return SignIn.objects.create(
        at=timezone.now(),
        user=user,
        typed=typed[:120],
        result=result,
        ip=client_ip(request),
        agent=client_agent(request),
    )


def start_of_day() -> datetime:
    """Midnight in the time zone that is in force."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Standing:
    """How somebody stands before he tries: failures in a row, failures today."""

    in_a_row: int
    today: int

    @property
    def needs_captcha(self) -> bool:
        """Whether he must prove to be no machine."""
        return self.in_a_row >= CAPTCHA_AFTER()

    @property
    def locked(self) -> bool:
        """Whether he has tried too often today."""
        return self.today >= LOCK_AFTER()


def _after(rows: QuerySet[SignIn], results: tuple[str, ...]) -> QuerySet[SignIn]:
    last = rows.filter(result__in=results).order_by("-id").values_list("id", flat=True).first()
    return rows.filter(id__gt=last) if last else rows


def standing_of(typed: str, user: User | None, ip: str | None) -> Standing:
    """The failures that count against this name. Names that nobody has are treated alike, so that nobody learns."""
    mine = Q(user=user) if user is not None else Q(user__isnull=True, typed=typed.strip().lower()[:120])
    rows = SignIn.objects.filter(mine, at__gte=start_of_day())
    in_a_row = _after(rows, FORGIVEN).filter(result__in=FAILED).count()
    today = _after(rows, (Result.UNLOCKED, Result.RESET)).filter(result__in=FAILED).count()
    return Standing(max(in_a_row, names_failed_from(ip)), today)


def names_failed_from(ip: str | None) -> int:
    """How many names were tried in vain from one address in the last half hour, one after another. Names and not
    tries: a whole company sits behind one address, and one who mistypes must not trouble his colleagues."""
    if ip is None:
        return 0
    rows = SignIn.objects.filter(ip=ip, at__gte=timezone.now() - IP_WINDOW)
    return _after(rows, (Result.OK,)).filter(result__in=FAILED).values("typed").distinct().count()


def solve_captcha(key: str, answer: str) -> bool:
    """Whether the characters are those of the picture; each picture is good for one try."""
    CaptchaStore.remove_expired()
    found = CaptchaStore.objects.filter(hashkey=key, expiration__gt=timezone.now()).first()
    if found is None:
        return False
    found.delete()
    return bool(answer.strip().lower() == found.response)


class CaptchaNeeded(Refused):
    """The characters of a picture are needed, or were wrong."""


LOCKED = _("Too many wrong passwords. This account is locked until tomorrow; an administrator can unlock it sooner.")
WRONG = _("The name or the password is wrong.")


def sign_in(request: HttpRequest, *, typed: str, password: str, captcha: tuple[str, str]) -> User:
    """Let somebody in, or raise Refused. The answer takes the same time for names that nobody has."""
    name = typed.strip().lower()
    with hashing():
        # Counted within the limited section, so that many guesses at once are counted one after another.
        user = find_user(name)
        standing = standing_of(name, user, client_ip(request))
        now = timezone.now()
        if standing.locked or (user is not None and user.locked_until and user.locked_until > now):
            note(request, Result.LOCKED, user=user, typed=name)
            raise CaptchaNeeded(LOCKED)
        if standing.needs_captcha and not solve_captcha(*captcha):
            if captcha[1]:
                note(request, Result.CAPTCHA, user=user, typed=name)
                raise CaptchaNeeded(
                    fields={"captcha": _("These were not the characters in the picture. Here is a new one.")}
                )
            raise CaptchaNeeded(fields={"captcha": _("Please type the characters in the picture too.")})
        if not _is_right(user, password):
            _failed(request, user, name, standing)
    assert user is not None
    if not user.is_active:
        note(request, Result.CLOSED, user=user, typed=name)
        if user.applied_at is not None:
            raise Refused(_("Your registration waits for approval. You will be told when somebody has looked at it."))
        raise Refused(_("This account is closed. Ask your administrator."))
    let_in(request, user, typed=name)
    return user


def _is_right(user: User | None, password: str) -> bool:
    if user is None or not user.has_usable_password():
        User().set_password(password)  # as long as checking one takes
        return False
    held = user.password
    with writer():  # Django stores the hash anew when its cost was raised
        right = user.check_password(password)
    if user.password != held:
        organisation_changed()
    return right


def _failed(request: HttpRequest, user: User | None, name: str, standing: Standing) -> None:
    note(request, Result.WRONG if user is not None else Result.UNKNOWN, user=user, typed=name)
    if standing.today + 1 >= LOCK_AFTER():
        if user is not None:
            with transaction.atomic(), writer():
                User.objects.filter(pk=user.pk).update(locked_until=start_of_day() + timedelta(days=1))
                organisation_changed()
        raise CaptchaNeeded(LOCKED)
    if standing.in_a_row + 1 >= CAPTCHA_AFTER():
        raise CaptchaNeeded(WRONG)
    raise Refused(WRONG)


def let_in(request: HttpRequest, user: User, *, typed: str = "") -> None:
    """Open a session for somebody who has proved who he is; Django gives it a new key."""
    login(request, user, backend=BACKEND)
    request.session["seen"] = int(timezone.now().timestamp())
    watch_place(note(request, Result.OK, user=user, typed=typed or user.username))


def sign_out(request: HttpRequest, *, result: str = Result.OUT) -> None:
    """End the session."""
    user = request.user
    if user.is_authenticated:
        note(request, result, user=user, typed=user.username)
    logout(request)


def unlock_user(request: HttpRequest, user: User, *, by: Actor) -> None:
    """Let somebody try again who was locked out today."""
    demand_may_manage(by, user)
    with transaction.atomic(), writer():
        User.objects.filter(pk=user.pk).update(locked_until=None)
        note(request, Result.UNLOCKED, user=user, typed=user.username)
        change.write_log(user, "unlock", by=by)
        organisation_changed()
