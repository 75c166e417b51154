"""User: a person who signs in."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.fields import Email, LongText, Phone, Pick, Picture, PinyinKey
from haike.kernel.record import Record, RecordQuerySet, writer
from haike.people.grants import RoleGrants, grants_of, organisation
from haike.refused import Refused

SCHEMES = [
    ("blue", _("Blue")),
    ("teal", _("Teal")),
    ("green", _("Green")),
    ("orange", _("Orange")),
    ("red", _("Red")),
    ("purple", _("Purple")),
]
MENUS = [("simple", _("Few functions")), ("full", _("All functions"))]
THEMES = [("light", _("Light")), ("dark", _("Dark")), ("auto", _("As the device"))]
DENSITIES = [("normal", _("Normal")), ("dense", _("Dense"))]
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
PAGE_SIZES = [(size, str(size)) for size in (10, 20, 30, 50, 100)]

check_username = RegexValidator(
    re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z"),
    _("Letters, digits and . _ - only, beginning with a letter or digit."),
)


class UserQuerySet(RecordQuerySet):
    def get_by_natural_key(self, username: str) -> User:
        """The user with this user name, however its letters are written."""
        return self.get(username=username.lower())


class User(Record, AbstractBaseUser):
    """A person who signs in. The owner of a user's record is the user himself; `department` is his main one."""

    username = models.CharField(_("User name"), max_length=60, unique=True, validators=[check_username])
    name = models.CharField(_("Full name"), max_length=60)
    name_pinyin = PinyinKey("name", person=True)
    phone = Phone(_("Mobile phone"))
    email = Email(_("E-mail"))
    gender = Pick("gender", _("Gender"), blank=True)
    position = Pick("position", _("Position"), blank=True)
    department = models.ForeignKey(
        "people.Department",
        models.PROTECT,
        verbose_name=_("Department"),
        null=True,
        blank=True,
        related_name="members",
    )
    departments = models.ManyToManyField(
        "people.Department", verbose_name=_("Further departments"), blank=True, related_name="further_members"
    )
    manager = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("Reports to"), null=True, blank=True, related_name="subordinates"
    )
    roles = models.ManyToManyField("people.Role", verbose_name=_("Roles"), blank=True, related_name="users")
    avatar = Picture(_("Avatar"))
    is_active = models.BooleanField(_("In use"), default=True, editable=False)
    closed_at = models.DateTimeField(_("Closed"), null=True, blank=True, editable=False)
    applied_at = models.DateTimeField(_("Asked to join"), null=True, blank=True, editable=False)

    must_change_password = models.BooleanField(default=False, editable=False)
    password_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    locked_until = models.DateTimeField(_("Locked until"), null=True, blank=True, editable=False)
    last_seen = models.DateTimeField(_("Last seen"), null=True, blank=True, editable=False)

    language = models.CharField(_("Language"), max_length=10, choices=LANGUAGES, default="zh-hans")
    time_zone = models.CharField(_("Time zone"), max_length=40, blank=True, default="")
    scheme = models.CharField(_("Colour scheme"), max_length=10, choices=SCHEMES, default="blue")
    theme = models.CharField(_("Light or dark"), max_length=10, choices=THEMES, default="light")
    menu = models.CharField(_("Menu"), max_length=10, choices=MENUS, default="simple")
    page_size = models.PositiveSmallIntegerField(_("Rows per page"), choices=PAGE_SIZES, default=20)
    density = models.CharField(_("Density of lists"), max_length=10, choices=DENSITIES, default="normal")
    signature_sms = models.CharField(_("Signature in SMS"), max_length=40, blank=True, default="")
    signature_email = LongText(_("Signature in e-mails"))
    home = models.JSONField(_("Cards of the workbench"), default=list, blank=True)
    reminders = models.JSONField(_("How reminders reach me"), default=dict, blank=True)

    objects: ClassVar[Any] = models.Manager.from_queryset(UserQuerySet)()

    held = True

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("User")
        verbose_name_plural = _("Users")
        ordering = ["name_pinyin", "id"]
        constraints = [
            models.UniqueConstraint(fields=["phone"], condition=~Q(phone=""), name="people_user_phone"),
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="people_user_email"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def initial(self) -> str:
        """What stands in the place of a picture: the last character of a Chinese name, the first of others."""
        return self.name[:1].upper() if self.name.isascii() else self.name[-1:]

    @property
    def avatar_url(self) -> str | None:
        """Where the picture is served, or None."""
        return f"/users/{self.pk}/picture/avatar?v={self.version}" if self.avatar else None

    # -- rights ----------------------------------------------------------------------------------------------------

    @property
    def grants(self) -> RoleGrants:
        """The rights of this user, from all his roles; kept in the process."""
        return grants_of(self.pk)

    @property
    def is_boss(self) -> bool:
        """Whether he may do what only the boss may."""
        return self.grants.may_do("boss")

    @property
    def role_ids(self) -> tuple[int, ...]:
        """The keys of his roles, from the process's memory."""
        return tuple(organisation().roles_of.get(self.pk, ()))

    def note_login(self) -> None:
        """Write down when the user signed in last; with it links for a new password end. No cache depends on it."""
        self.last_login = timezone.now()
        with writer():
            User.objects.filter(pk=self.pk).update(last_login=self.last_login)

    # -- rules -----------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        self.username = (self.username or "").lower()
        self.email = (self.email or "").lower()

    def clean(self) -> None:
        # AbstractBaseUser.clean only normalises the user name, which `prepare` has done.
        self._refuse_namesakes()
        self._refuse_cycle()

    def _refuse_namesakes(self) -> None:
        others: Any = User.objects.exclude(pk=self.pk)
        # One sign-in field takes user name, phone and e-mail, so none may be another person's other name.
        taken = {
            "phone": (self.phone, Q(phone=self.phone) | Q(username=self.phone)),
            "email": (self.email, Q(email=self.email)),
            "username": (self.username, Q(username=self.username) | Q(phone=self.username)),
        }
        said: dict[str, Any] = {}
        for field, (value, clash) in taken.items():
            other = others.filter(clash).first() if value else None
            if other is None:
                continue
            if other.deleted_at:
                said[field] = _("Belongs to %(name)s, who is in the recycle bin. Restore that user instead.")
            else:
                said[field] = _("Belongs to %(name)s already.")
            said[field] = said[field] % {"name": other.name}
        if said:
            raise Refused(fields=said)

    def _refuse_cycle(self) -> None:
        above, seen = self.manager_id, {self.pk}
        while above is not None:
            if above in seen:
                raise Refused(fields={"manager": _("Somebody cannot report to himself or to one below him.")})
            seen.add(above)
            above = User.objects.filter(pk=above).values_list("manager_id", flat=True).first()
