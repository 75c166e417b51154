"""The table of customers."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from haike.chinese.company import normalise
from haike.chinese.uscc import check_uscc, is_identity
from haike.customers.birthday import BirthdayField, key_of
from haike.customers.health.signal import attention_of
from haike.customers.reach import QQ, Mobile, WeChat
from haike.customers.review.state import REVIEWS, UNCHECKED, address_key
from haike.find.indexes import few_index, filter_index, hot_indexes
from haike.find.prepared import keyed_alone, prepared
from haike.kernel.dictionary import words_of
from haike.kernel.fields import AutoNumber, Email, LongText, Money, Phone, Pick, Picks, Picture, PinyinKey, Region, Url
from haike.pools.pooled import Pooled, held_index
from haike.refused import Refused

BUSINESS, INDIVIDUAL = "business", "individual"
FORMS = [(BUSINESS, _("Business")), (INDIVIDUAL, _("Individual"))]
GROUPS = [(letter, letter) for letter in "ABCDE"]
DEEPEST = 20
"""How many levels a group of companies may have."""
HOTTEST = 1_000
"""The rank of the hottest level."""
MOST_PEOPLE = 200
"""How many contacts the page of a customer lists."""


def _filled(name: str) -> Q:
    return Q(deleted_at__isnull=True) & ~Q(**{name: ""})


class Customer(Pooled):
    """A business or an individual; `name_key` is the name without what makes one company look like two."""

    number = AutoNumber("KH{yyyy}{mm}-{00000}", _("Number"))
    name = models.CharField(_("Customer name"), max_length=120)
    short_name = models.CharField(_("Short name"), max_length=60, blank=True, default="")
    mnemonic = models.CharField(_("Mnemonic"), max_length=30, blank=True, default="")
    form = models.CharField(_("Business or individual"), max_length=10, choices=FORMS, default=BUSINESS)
    kind = Pick("customer_kind", _("Customer kind"), default="potential")
    stage = Pick("customer_stage", _("Stage"), default="prospect")
    level = Pick("customer_level", _("Level"), blank=True)
    industry = Pick("industry", _("Industry"), blank=True)
    size = Pick("company_size", _("Size"), blank=True)
    nature = Pick("enterprise_nature", _("Nature of the enterprise"), blank=True)
    source = Pick("customer_source", _("Source"), blank=True)
    value = Pick("value_level", _("Value level"), blank=True)
    potential = Pick("potential_value", _("Potential value"), blank=True)
    satisfaction = Pick("satisfaction", _("Satisfaction"), blank=True)
    business_line = Pick("business_line", _("Business line"), blank=True)

    phone = Phone(_("Phone"))
    mobile = Mobile(_("Mobile phone"))
    fax = Phone(_("Fax"))
    email = Email(_("E-mail"))
    website = Url(_("Website"))
    wechat = WeChat(_("WeChat"))
    qq = QQ(_("QQ"))

    region = Region(_("Region"))
    address = models.CharField(_("Address"), max_length=200, blank=True, default="")
    postcode = models.CharField(_("Postcode"), max_length=10, blank=True, default="")
    longitude = models.DecimalField(
        _("Longitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    latitude = models.DecimalField(
        _("Latitude"),
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )

    heat = Pick("heat", _("Heat"), blank=True)
    heat_reason = Pick("hot_reason", _("Hot because"), blank=True)
    heat_until = models.DateField(_("Hot until"), null=True, blank=True)

    credit_rating = Pick("credit_rating", _("Credit rating"), blank=True)
    credit_limit = Money(_("Credit limit"), validators=[MinValueValidator(0)])
    payment_manner = Pick("payment_manner", _("Payment manner"), blank=True)
    price_class = models.ForeignKey(
        "customers.PriceClass",
        models.PROTECT,
        verbose_name=_("Price class"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Without one the standard prices hold."),
    )
    opening_debt = Money(
        _("Opening debt"),
        help_text=_("What was owed before the first document here; less than 0 is what was paid ahead."),
    )
    debt = Money(
        _("Debt"), help_text=_("Opening debt and all that is not paid of what was signed, less what was paid ahead.")
    )
    prepaid = Money(_("Prepaid balance"), help_text=_("What of the payments lies on no payment plan yet."))

    tax_name = models.CharField(_("Name on invoices"), max_length=120, blank=True, default="")
    tax_number = models.CharField(_("Tax number"), max_length=20, blank=True, default="")
    invoice_kind = Pick("invoice_kind", _("Kind of invoice"), blank=True)
    bank = models.CharField(_("Bank"), max_length=120, blank=True, default="")
    bank_account = models.CharField(_("Bank account"), max_length=40, blank=True, default="")
    tax_address = models.CharField(_("Registered address"), max_length=200, blank=True, default="")
    tax_phone = Phone(_("Registered phone"))

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("Parent customer"),
        null=True,
        blank=True,
        related_name="subsidiaries",
        db_index=False,
    )
    dealer = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("Dealer"),
        null=True,
        blank=True,
        related_name="dealt_customers",
        db_index=False,
    )

    birthday = BirthdayField(_("Birthday"))
    gender = Pick("gender", _("Gender"), blank=True)
    employer = models.CharField(_("Employer"), max_length=120, blank=True, default="")
    post = models.CharField(_("Post"), max_length=60, blank=True, default="")
    preferences = Picks("purchase_preference", _("Purchase preferences"))
    photo = Picture(_("Photo or logo"))
    remark = LongText(_("Remark"))

    main_contact = models.ForeignKey(
        "customers.Contact",
        models.SET_NULL,
        verbose_name=_("Main contact"),
        null=True,
        blank=True,
        related_name="main_for",
        db_index=False,
    )
    last_contact_at = models.DateTimeField(_("Last contact"), null=True, blank=True)
    last_visit_at = models.DateTimeField(_("Last visit"), null=True, blank=True)
    next_contact_at = models.DateTimeField(_("Next contact"), null=True, blank=True)
    next_contact_what = models.CharField(_("Planned for it"), max_length=200, blank=True, default="")
    next_contact_manner = Pick("follow_up_manner", _("How to contact next"), blank=True)
    rhythm_days = models.PositiveSmallIntegerField(_("Usual days between contacts"), null=True, blank=True)
    attention_on = models.DateField(_("Needs attention from"), null=True, blank=True)

    bought_on = models.DateField(_("Last purchase"), null=True, blank=True)
    bought_year = Money(_("Bought this year"))
    bought_total = Money(_("Bought in all"))
    profit_group = models.CharField(
        _("Group by profit"), max_length=1, choices=GROUPS, blank=True, default="",
        help_text=_("A brings the first half of the profit, then B, C and D; E brings none."),
    )  # fmt: skip
    order_group = models.CharField(
        _("Group by orders"), max_length=1, choices=GROUPS, blank=True, default="",
        help_text=_("By how lately, how often and how much: A the best, E the rest."),
    )  # fmt: skip

    review = models.CharField(_("Review"), max_length=10, choices=REVIEWS, default=UNCHECKED)
    review_reason = models.CharField(_("Reason of the review"), max_length=200, blank=True, default="")
    reviewed_at = models.DateTimeField(_("Reviewed"), null=True, blank=True)

    name_pinyin = PinyinKey("name")
    name_key = models.CharField(max_length=120, editable=False, blank=True, default="")
    address_key = models.CharField(max_length=60, editable=False, blank=True, default="")
    birthday_key = models.CharField(max_length=6, editable=False, blank=True, default="")
    heat_rank = models.SmallIntegerField(null=True, editable=False)
    """By what lists sort heat: the hottest is the largest, none where there is no heat."""

    class Meta:
        verbose_name = _("Customer")
        verbose_name_plural = _("Customers")
        indexes = [
            *hot_indexes(
                "customer",
                "created_at",
                "last_contact_at",
                "next_contact_at",
                "name_pinyin",
                "changed_at",
                "heat_rank",
            ),
            *hot_indexes("customer", "attention_on", "bought_on"),
            filter_index(
                "customer",
                "level",
                "region",
                "kind",
                "stage",
                "form",
                "heat",
                "last_contact_at",
                "last_visit_at",
                "next_contact_at",
                "created_at",
                "name_pinyin",
                "next_contact_manner",
            ),
            few_index("customer", "created_at"),
            held_index("customer"),
            models.Index(fields=["name_key"], name="customer_name_key", condition=_filled("name_key")),
            models.Index(fields=["address_key"], name="customer_address_key", condition=_filled("address_key")),
            models.Index(fields=["phone"], name="customer_phone", condition=_filled("phone")),
            models.Index(fields=["mobile"], name="customer_mobile", condition=_filled("mobile")),
            models.Index(fields=["tax_number"], name="customer_tax_number", condition=_filled("tax_number")),
            models.Index(fields=["birthday_key"], name="customer_birthday", condition=_filled("birthday_key")),
            models.Index(
                fields=["profit_group", "order_group"], name="customer_groups", condition=_filled("profit_group")
            ),
            models.Index(
                fields=["-debt", "-id", "archived_at", "owner"],
                name="customer_owing",
                condition=Q(deleted_at__isnull=True, debt__gt=0),
            ),
            models.Index(fields=["parent"], name="customer_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["dealer"], name="customer_dealer", condition=Q(dealer__isnull=False)),
            models.Index(fields=["price_class"], name="customer_price_class", condition=Q(price_class__isnull=False)),
            models.Index(
                fields=["main_contact"], name="customer_main_contact", condition=Q(main_contact__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="customer_not_its_parent", condition=~Q(parent=models.F("id"))),
            models.CheckConstraint(name="customer_not_its_dealer", condition=~Q(dealer=models.F("id"))),
            models.CheckConstraint(name="customer_credit_limit", condition=Q(credit_limit__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_individual(self) -> bool:
        """Whether this is a person and not a business."""
        return self.form == INDIVIDUAL

    @cached_property
    def people(self) -> list[Any]:
        """The contacts, the main one first, the others by name; of very many only the first."""
        contacts: Any = Customer._meta.get_field("contacts").related_model

        def rows() -> Any:
            some: Any = contacts.objects.filter(keyed_alone(contacts, "customer_id"), deleted_at__isnull=True)
            return some.order_by("name_pinyin", "id")[:MOST_PEOPLE]

        found = prepared("people of a customer", rows, [self.pk])
        for contact in found:
            contact.customer = self
        return sorted(found, key=lambda contact: contact.pk != self.main_contact_id)

    def prepare(self) -> None:
        if self._given("name"):
            self.name_key = name_key(self.name)
        if self._given("region", "address"):
            self.address_key = address_key(self.region, self.address)
        self.birthday_key = key_of(self.birthday)
        self.heat_rank = heat_rank(self.heat)
        if not self.heat:
            self.heat_reason, self.heat_until = None, None
        if self._state.adding:
            # There are no documents yet; from then on the room of money keeps it.
            self.debt = self.opening_debt
            self.attention_on = attention_of([self]).get(self.pk)

    def _given(self, *names: str) -> bool:
        return self.touched is None or not self.touched.isdisjoint(names)

    def clean(self) -> None:
        said: dict[str, Any] = {}
        if self.tax_number and self._given("tax_number", "form"):
            try:
                self.tax_number = check_tax_number(self.tax_number, individual=self.is_individual)
            except Refused as no:
                said["tax_number"] = no.message
        if (self.longitude is None) != (self.latitude is None):
            said["latitude"] = _("Longitude and latitude belong together.")
        if self.dealer_id is not None and self.dealer_id == self.pk:
            said["dealer"] = _("A customer cannot be its own dealer.")
        if said:
            raise Refused(fields=said)
        if self._given("parent"):
            self._refuse_cycle()

    def _refuse_cycle(self) -> None:
        # A new customer can be nobody's parent yet. The ancestors are locked so that two changes at the same time
        # cannot close a circle together.
        above, depth = self.parent_id, 0
        while self.pk and above is not None:
            depth += 1
            if above == self.pk:
                raise Refused(fields={"parent": _("A customer cannot belong to itself or to one of its subsidiaries.")})
            if depth > DEEPEST:
                raise Refused(
                    fields={"parent": _("A group of customers can have %(most)s levels.") % {"most": DEEPEST}}
                )
            rows = Customer._base_manager.select_for_update().filter(pk=above)
            above = rows.values_list("parent_id", flat=True).first()


def heat_rank(level: str | None) -> int | None:
    """How hot a level is among those of the dictionary, whose first one is the hottest."""
    if not level:
        return None
    # From above, so that a level added at the end leaves the others their rank.
    return next((HOTTEST - at for at, code in enumerate(words_of("heat")) if code == level), 1)


def name_key(name: str) -> str:
    """What two spellings of one company's name have in common; empty for a name that says nothing."""
    return normalise(name).key[:120]


def check_tax_number(text: str, *, individual: bool) -> str:
    """A tax number in its normal form: the unified social credit code; raises Refused.

    Besides it there are old numbers of 15 characters, of 17 and 20 for individual businesses, and a person's identity
    number.
    """
    number = "".join(text.split()).upper()
    if len(number) == 18 and individual and is_identity(number):
        return number
    if len(number) in (15, 17, 20) and number.isascii() and number.isalnum():
        return number
    return check_uscc(number)
