"""Opportunity: one chance to sell, from the first talk to won or lost; and the moves it has made."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.catalog.lines.arithmetic import WHOLE
from haike.catalog.lines.field import Lines
from haike.catalog.lines.record import PENDING, TURNED, DocumentLine, WithLines, present_rounding, usually_taxed
from haike.chinese.pinyin import sort_key
from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.currency import CURRENCIES, OWN, money_text
from haike.kernel.fields import AutoNumber, LongText, Money, Pick, PinyinKey
from haike.kernel.period import today
from haike.people.currency.worth import Worth, value
from haike.refused import Refused
from haike.sales.opportunity.score.field import Score
from haike.sales.opportunity.stage import LIVE, Pipeline, Stage, first_stage

OPEN, WON, LOST = "open", "won", "lost"
STATES = {
    OPEN: pgettext_lazy("opportunity", "Open"),
    WON: pgettext_lazy("opportunity", "Won"),
    LOST: pgettext_lazy("opportunity", "Lost"),
}


def with_stage(visited: str, stage: int) -> str:
    """The keys of stages in order with one more."""
    return " ".join(map(str, sorted({*map(int, visited.split()), stage})))


class Opportunity(WithLines):
    """A chance to sell something to a customer.

    With `lines` its amount is what they come to; without, it is what somebody estimates. `rounding` and `taxed` say by
    which rule the lines were reckoned, and are empty without lines.
    `worth` is the expected amount in the company's own currency, by which opportunities are summed up; `stage_since`
    is when it came into its stage; `visited` are the keys of all stages in which it has ever been, in order: "3 4 7".
    The moves tell the same, but a funnel of a year would have to read each of them.
    """

    number = AutoNumber("SJ{yyyy}{mm}-{0000}", _("Number"))
    title = models.CharField(_("Title"), max_length=120)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="opportunities", db_index=False
    )
    kind = Pick("opportunity_kind", _("Kind"), blank=True)
    found_on = models.DateField(_("Found on"), default=today)
    source = Pick("customer_source", _("Source"), blank=True)
    brought_by = models.CharField(_("Brought by"), max_length=60, blank=True, default="")
    needs = LongText(_("What the customer needs"))
    currency = models.CharField(
        _("Currency"), max_length=3, choices=[(code, each.label) for code, each in CURRENCIES.items()],
        blank=True, default="", help_text=_("Left empty, it is the company's own."),
    )  # fmt: skip
    amount = Money(_("Expected amount"), currency="currency", validators=[MinValueValidator(0)])
    worth = Worth("amount", "closed_on")
    closes_on = models.DateField(_("Expected on"), null=True, blank=True)
    stage = models.ForeignKey(
        Stage, models.PROTECT, verbose_name=pgettext_lazy("opportunity", "Stage"), related_name="opportunities",
        blank=True, db_index=False,
        help_text=_("Left empty, it is the first stage."),
    )  # fmt: skip
    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, verbose_name=_("Pipeline"), related_name="opportunities", editable=False,
        db_index=False,
    )  # fmt: skip
    probability = models.PositiveSmallIntegerField(
        _("Probability (%)"), null=True, blank=True, validators=[MaxValueValidator(100)],
        help_text=_("Left empty, it is that of the stage."),
    )  # fmt: skip
    stage_note = LongText(_("Note on the stage"))
    stage_since = models.DateTimeField(_("In this stage since"), default=timezone.now, editable=False)
    fit = Score(_("Fit"), sign="puzzle", help_text=_("How well it suits us, from 0 to 100, by the rules of scoring."))
    intent = Score(
        _("Intent"),
        sign="flame",
        help_text=_("How much the customer means it, from 0 to 100, by the rules of scoring."),
    )
    state = models.CharField(_("State"), max_length=8, choices=list(STATES.items()), default=OPEN, editable=False)
    closed_on = models.DateField(_("Closed on"), null=True, blank=True, editable=False)
    won_reason = Pick("opportunity_won_reason", _("Why won"), blank=True, editable=False)
    lost_reason = Pick("opportunity_lost_reason", _("Why lost"), blank=True, editable=False)
    lost_to = models.CharField(_("Lost to"), max_length=60, blank=True, default="", editable=False)
    closing_note = models.TextField(_("Note on the outcome"), blank=True, default="", editable=False)
    remark = LongText(_("Remark"))
    lines = Lines("sales.OpportunityLine", _("Products"), into="amount")
    rounding = models.CharField(max_length=30, null=True, editable=False)
    taxed = models.BooleanField(_("Prices include tax"), null=True, editable=False)
    title_pinyin = PinyinKey("title")
    visited = models.TextField(blank=True, default="", editable=False)
    discount, by_hand, floor_binds = WHOLE, None, False

    class Meta:
        verbose_name = _("Opportunity")
        verbose_name_plural = _("Opportunities")
        indexes = [
            *hot_indexes("chance", "created_at", "closes_on", "worth", "changed_at", "title_pinyin", "fit", "intent"),
            filter_index("chance", "state", "stage", "closes_on", "worth", "created_at", "probability"),
            # The board: the first cards of each stage, and its sums, from one index.
            models.Index(
                fields=["state", "stage", "-stage_since", "-id", "archived_at", "owner", "worth", "probability"],
                name="chance_board", condition=LIVE,
            ),
            # The funnel: how far they came and whose they are, counted and summed in the order of one index.
            models.Index(
                fields=["pipeline", "visited", "state", "owner", "department", "created_at", "worth"],
                name="chance_funnel", condition=LIVE,
            ),
            models.Index(fields=["customer", "-id"], name="chance_customer"),
            models.Index(fields=["pipeline", "state"], name="chance_pipeline"),
            models.Index(fields=["stage"], name="chance_stage"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(name="chance_probability", condition=Q(probability__lte=100)),
            models.CheckConstraint(name="chance_amount", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="chance_lost_says_why", condition=~Q(state=LOST) | Q(lost_reason__isnull=False)
            ),
            models.CheckConstraint(
                name="chance_open_is_not_closed",
                condition=Q(state=OPEN, closed_on__isnull=True) | (~Q(state=OPEN) & Q(closed_on__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def prepare(self) -> None:
        self.title_pinyin = sort_key(self.title)[: Opportunity._meta.get_field("title_pinyin").max_length]
        self.currency = self.currency or OWN()
        self.add_up()
        chosen: int | None = self.stage_id
        if chosen is None and (first := first_stage()) is not None:
            self.stage, chosen = first, first.pk
        if chosen is not None:
            self.pipeline_id = self.stage.pipeline_id
            self.visited = with_stage(self.visited, chosen)
            if self.probability is None:
                self.probability = self.stage.probability
        if self.state == OPEN:
            self.closed_on = self.won_reason = None
            self.lost_reason, self.lost_to, self.closing_note = None, "", ""
        elif self.closed_on is None:
            self.closed_on = today()
        value(self)

    def add_up(self) -> None:
        """Let the amount be what the products come to; one that somebody has typed must be the same."""
        if PENDING in self.__dict__:
            self.rounding, self.taxed = (present_rounding(), usually_taxed()) if self.lines else (None, None)
        touched = PENDING in self.__dict__ or TURNED in self.__dict__
        if not touched or not self.lines:
            return
        sums = self.reckon_lines()
        if sums is None:
            return
        if self.amount and self.amount != sums.total:
            no = _("The products come to %(total)s. Change them, or leave the amount to them.")
            raise Refused(fields={"amount": no % {"total": money_text(sums.total, self.currency)}})
        self.amount = sums.total

    def clean(self) -> None:
        chosen: int | None = self.stage_id
        if chosen is None:
            raise Refused(fields={"stage": _("There is no pipeline with a stage yet. Set one up in the settings.")})
        if self.state == LOST and not self.lost_reason:
            raise Refused(fields={"lost_reason": _("Say why it was lost; the analysis lives on it.")})


class OpportunityLine(DocumentLine):
    """A product of an opportunity."""

    document = models.ForeignKey("sales.Opportunity", models.CASCADE, related_name="rows", db_index=False)
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("Product of an opportunity")
        verbose_name_plural = _("Products of opportunities")
        constraints = [models.UniqueConstraint(fields=["document", "key"], name="chance_line_key")]
        indexes = [
            # How the amounts of opportunities are parted by product, from the index alone.
            models.Index(fields=["document", "position", "product", "total"], name="chance_line_position"),
            models.Index(fields=["product", "document"], name="chance_line_product"),
        ]


class StageMove(models.Model):
    """One change of stage, probability, note or state of an opportunity; written once, never changed.

    `days` is how long it had been in the stage that it leaves, in days and parts of them; 0 for the first row and where
    the stage stays. `amount` is the expected one at that time, in `currency`.
    """

    id = models.BigAutoField(primary_key=True)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="moves", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    from_stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+", db_index=False)
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", db_index=False)
    from_state = models.CharField(max_length=8, blank=True, default="")
    to_state = models.CharField(max_length=8)
    from_probability = models.PositiveSmallIntegerField(null=True)
    to_probability = models.PositiveSmallIntegerField()
    note = models.TextField(blank=True, default="")
    days = models.DecimalField(max_digits=9, decimal_places=3, default=Decimal(0))
    since = models.DateTimeField()
    """When it came into the stage in which it is after this row."""
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    currency = models.CharField(max_length=3)
    worth = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        verbose_name = _("Move of an opportunity")
        indexes = [
            models.Index(fields=["opportunity", "id"], name="chance_move_of"),
            models.Index(fields=["at", "id"], name="chance_move_at"),
            models.Index(fields=["from_stage"], name="chance_move_from"),
            models.Index(fields=["to_stage"], name="chance_move_to"),
        ]

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise RuntimeError("The history of an opportunity is not rewritten.")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> Any:
        raise RuntimeError("The history of an opportunity is not rewritten.")

    @property
    def moved(self) -> bool:
        """Whether the stage changed, or the first row began it."""
        return bool(self.from_stage_id != self.to_stage_id)
