"""The tables of contacts and of their anniversaries."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.chinese.names import called, split_name
from haike.customers.birthday import BirthdayField, key_of, read
from haike.customers.reach import QQ, Mobile, WeChat
from haike.find.indexes import hot_indexes
from haike.kernel.dictionary import words_of
from haike.kernel.fields import Email, LongText, Phone, Pick, Picks, Picture, PinyinKey
from haike.kernel.record import Record
from haike.refused import Refused

LIVE = Q(deleted_at__isnull=True)


class Contact(Record):
    """A person at a customer; he belongs to whom the customer belongs to."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="contacts", db_index=False
    )
    name = models.CharField(_("Full name"), max_length=60)
    form_of_address = Pick("form_of_address", _("Form of address"), blank=True)
    gender = Pick("gender", _("Gender"), blank=True)
    department_name = models.CharField(_("Department"), max_length=60, blank=True, default="")
    post = models.CharField(_("Post"), max_length=60, blank=True, default="")
    decision_role = Pick("decision_role", _("Decision role"), blank=True)
    reports_to = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name=_("Reports to"),
        null=True,
        blank=True,
        related_name="subordinates",
        db_index=False,
    )
    classification = Pick("contact_class", _("Classification"), blank=True)
    closeness = Pick("closeness", _("Closeness"), blank=True)
    responsible_for = models.CharField(_("Responsible for"), max_length=120, blank=True, default="")

    mobile = Mobile(_("Mobile phone"))
    mobile_2 = Mobile(_("Second mobile phone"))
    phone = Phone(_("Phone"))
    home_phone = Phone(_("Home phone"))
    fax = Phone(_("Fax"))
    email = Email(_("E-mail"))
    wechat = WeChat(_("WeChat"))
    qq = QQ(_("QQ"))
    msn = models.CharField(_("MSN"), max_length=60, blank=True, default="")
    preferred_channel = Pick("preferred_channel", _("Preferred channel"), blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True, default="")
    postcode = models.CharField(_("Postcode"), max_length=10, blank=True, default="")

    birthday = BirthdayField(_("Birthday"))
    hobbies = Picks("hobby", _("Hobbies"))
    photo = Picture(_("Photo"))
    remark = LongText(_("Remark"))

    last_contact_at = models.DateTimeField(_("Last contact"), null=True, blank=True)
    next_contact_at = models.DateTimeField(_("Next contact"), null=True, blank=True)

    name_pinyin = PinyinKey("name", person=True)
    surname = models.CharField(_("Surname"), max_length=20, editable=False, blank=True, default="")
    letter = models.CharField(_("First letter"), max_length=1, editable=False, blank=True, default="")
    called = models.CharField(_("Addressed as"), max_length=120, editable=False, blank=True, default="")
    birthday_key = models.CharField(max_length=6, editable=False, blank=True, default="")

    class Meta:
        verbose_name = _("Contact person")
        verbose_name_plural = _("Contacts")
        indexes = [
            *hot_indexes("contact", "created_at", "name_pinyin"),
            models.Index(fields=["customer", "id"], name="contact_customer"),
            models.Index(fields=["surname", "name_pinyin", "id"], name="contact_surname", condition=LIVE),
            models.Index(fields=["owner", "letter", "surname"], name="contact_letter", condition=LIVE),
            models.Index(fields=["mobile"], name="contact_mobile", condition=LIVE & ~Q(mobile="")),
            models.Index(fields=["mobile_2"], name="contact_mobile_2", condition=LIVE & ~Q(mobile_2="")),
            models.Index(fields=["phone"], name="contact_phone", condition=LIVE & ~Q(phone="")),
            models.Index(fields=["birthday_key"], name="contact_birthday", condition=LIVE & ~Q(birthday_key="")),
            models.Index(fields=["reports_to"], name="contact_reports_to", condition=Q(reports_to__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def main(self) -> bool:
        """Whether this is the customer's main contact."""
        return self.customer.main_contact_id == self.pk

    def prepare(self) -> None:
        self.surname = split_name(self.name)[0][:20]
        self.letter = letter_of(self.name_pinyin)
        self.birthday_key = key_of(self.birthday)
        form = words_of("form_of_address").get(self.form_of_address)
        self.called = called(self.name, form.name if form else "", self.post)[:120]

    def clean(self) -> None:
        above, seen = self.reports_to, {self.pk}
        if above is not None and above.customer_id != self.customer_id:
            raise Refused(fields={"reports_to": _("Both must work for the same customer.")})
        while above is not None:
            if above.pk in seen:
                raise Refused(fields={"reports_to": _("Somebody cannot report to himself or to one below him.")})
            seen.add(above.pk)
            above = above.reports_to


def letter_of(pinyin: str) -> str:
    """The letter under which a name stands in the address book, "#" for those that begin with none."""
    first = pinyin[:1].upper()
    return first if first.isascii() and first.isalpha() else "#"


class Anniversary(Record):
    """A day of the year that means something to a contact: wedding, a child's birthday."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="+", editable=False
    )
    contact = models.ForeignKey(
        "customers.Contact", models.PROTECT, verbose_name=_("Contact person"), related_name="anniversaries"
    )
    kind = Pick("anniversary_kind", _("Occasion"))
    day = BirthdayField(_("Day"), blank=False)
    remark = models.CharField(_("Remark"), max_length=120, blank=True, default="")
    day_key = models.CharField(max_length=6, editable=False, blank=True, default="")

    class Meta:
        verbose_name = _("Anniversary")
        verbose_name_plural = _("Anniversaries")
        indexes = [models.Index(fields=["day_key"], name="anniversary_day", condition=LIVE)]

    def __str__(self) -> str:
        return f"{self.contact} {read(self.day) or ''}"

    def prepare(self) -> None:
        self.day_key = key_of(self.day)
