"""The tables of leads and of the talks with them."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.chinese.pinyin import sort_key
from haike.customers.reach import QQ, Mobile, WeChat
from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import Email, LongText, Money, Phone, Pick, PinyinKey, Region
from haike.kernel.record import Record
from haike.pools.pooled import Pooled, held_index
from haike.refused import Refused
from haike.work.follow_up.record import to_minute

UNASSIGNED, TO_DO, FOLLOWING = "unassigned", "to_do", "following"
CONVERTED, INVALID, VOID = "converted", "invalid", "void"
STATES = {
    UNASSIGNED: _("Unassigned"),
    TO_DO: _("To do"),
    FOLLOWING: _("Following"),
    CONVERTED: _("Converted"),
    INVALID: _("Invalid"),
    VOID: _("Void"),
}
CLOSED = (CONVERTED, VOID)
"""What became a customer or was written off lies in no pool."""
GRADES = "ABCD"
REACHED_BY = ("mobile", "phone", "wechat", "qq", "email")
LONGEST_KEY = PinyinKey("name").max_length
LIVE = Q(deleted_at__isnull=True)


class Lead(Pooled):
    """Somebody who may become a customer: a company, a person, or only a number.

    `name` is what it is called by; where nobody says it, company, person or number, the first there is.
    """

    name = models.CharField(_("Lead name"), max_length=120, blank=True, default="")
    company = models.CharField(_("Company"), max_length=120, blank=True, default="")
    person = models.CharField(_("Contact person"), max_length=60, blank=True, default="")
    form_of_address = Pick("form_of_address", _("Form of address"), blank=True)
    post = models.CharField(_("Post"), max_length=60, blank=True, default="")
    mobile = Mobile(_("Mobile phone"))
    phone = Phone(_("Phone"))
    wechat = WeChat(_("WeChat"))
    qq = QQ(_("QQ"))
    email = Email(_("E-mail"))
    region = Region(_("Region"))
    address = models.CharField(_("Address"), max_length=200, blank=True, default="")
    source = Pick("customer_source", _("Source"), blank=True)
    campaign = models.CharField(_("Campaign"), max_length=120, blank=True, default="")
    product = models.CharField(_("Product of interest"), max_length=200, blank=True, default="")
    budget = Money(_("Budget"), validators=[MinValueValidator(0)])
    remark = LongText(_("Remark"))
    state = models.CharField(_("State"), max_length=12, choices=list(STATES.items()), default=TO_DO, editable=False)
    invalid_reason = Pick("lead_invalid_reason", _("Why invalid"), blank=True)

    last_contact_at = models.DateTimeField(_("Last contact"), null=True, blank=True)
    next_contact_at = models.DateTimeField(_("Next contact"), null=True, blank=True)
    followed_by = models.BigIntegerField(null=True, blank=True, editable=False)
    """The key of who spoke with it last."""
    customer = models.ForeignKey(
        "customers.Customer",
        models.SET_NULL,
        verbose_name=_("Became the customer"),
        null=True,
        blank=True,
        editable=False,
        related_name="leads",
        db_index=False,
    )
    contact = models.ForeignKey(
        "customers.Contact",
        models.SET_NULL,
        verbose_name=_("Became the contact"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    opportunity = models.ForeignKey(
        "sales.Opportunity",
        models.SET_NULL,
        verbose_name=_("Became the opportunity"),
        null=True,
        blank=True,
        editable=False,
        related_name="leads",
        db_index=False,
    )
    converted_at = models.DateTimeField(_("Converted on"), null=True, blank=True, editable=False)
    score = models.PositiveSmallIntegerField(_("Score"), null=True, blank=True, editable=False)
    grade = models.CharField(
        _("Grade"),
        max_length=1,
        choices=[(letter, letter) for letter in GRADES],
        blank=True,
        default="",
        editable=False,
    )
    chance = models.PositiveSmallIntegerField(_("Chance (%)"), null=True, blank=True, editable=False)
    """How probable it is in percent that it converts, as learned from earlier leads."""
    name_pinyin = PinyinKey("name")

    class Meta:
        verbose_name = _("Lead")
        verbose_name_plural = _("Leads")
        indexes = [
            *hot_indexes("lead", "created_at", "last_contact_at", "next_contact_at", "name_pinyin", "score", "chance"),
            filter_index("lead", "state", "source", "region", "last_contact_at", "created_at"),
            held_index("lead"),
            models.Index(fields=["mobile"], name="lead_mobile", condition=LIVE & ~Q(mobile="")),
            models.Index(fields=["phone"], name="lead_phone", condition=LIVE & ~Q(phone="")),
            models.Index(fields=["customer"], name="lead_customer", condition=Q(customer__isnull=False)),
            models.Index(fields=["contact"], name="lead_contact", condition=Q(contact__isnull=False)),
            models.Index(fields=["opportunity"], name="lead_opportunity", condition=Q(opportunity__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    def prepare(self) -> None:
        numbers = [number for name in REACHED_BY if (number := getattr(self, name))]
        if not self.name or self.name in numbers:
            self.name = next(iter([*filter(None, (self.company, self.person)), *numbers]), "")
        self.name_pinyin = sort_key(self.name)[:LONGEST_KEY]
        if self.state != INVALID:
            self.invalid_reason = None
        if self.owner_id is None or self.pooled_at is not None:
            if self.state not in CLOSED:
                self.state, self.invalid_reason = UNASSIGNED, None
        elif self.state == UNASSIGNED:
            # Who gets back what he has followed before goes on with it; for anybody else it begins.
            self.state = FOLLOWING if self.followed_by == self.owner_id else TO_DO

    def clean(self) -> None:
        if not self.name:
            raise Refused(fields={"company": _("Say at least who it is or how to reach him.")})


class LeadFollowUp(Record):
    """One talk with a lead. `created_by` is the author; the owner is that of the lead."""

    lead = models.ForeignKey(
        "sales.Lead", models.PROTECT, verbose_name=_("Lead"), related_name="follow_ups", db_index=False
    )
    manner = Pick("follow_up_manner", _("Manner"), default="call")
    content = models.TextField(_("Content"))
    result = Pick("follow_up_result", _("Result"), blank=True)
    at = models.DateTimeField(_("Time"), default=timezone.now)
    next_at = models.DateTimeField(_("Next contact"), null=True, blank=True)

    class Meta:
        verbose_name = _("Follow-up of a lead")
        verbose_name_plural = _("Follow-ups of leads")
        indexes = [
            *hot_indexes("lead_talk", "at"),
            models.Index(fields=["lead", "-at", "-id"], name="lead_talk_lead"),
        ]

    def __str__(self) -> str:
        line = " ".join(self.content.split())
        return line if len(line) <= 40 else f"{line[:40]}…"

    def prepare(self) -> None:
        self.at = to_minute(self.at)
        if self.next_at is not None:
            self.next_at = to_minute(self.next_at)
