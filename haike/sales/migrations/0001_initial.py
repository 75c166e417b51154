import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import haike.customers.reach
import haike.kernel.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0004_pools"),
        ("people", "0005_rights_check"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("pools", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="Created")),
                ("changed_at", models.DateTimeField(editable=False, verbose_name="Changed")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="Deleted")),
                ("archived_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="Archived")),
                (
                    "pooled_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="In the pool since"),
                ),
                (
                    "owned_since",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="With the owner since"),
                ),
                (
                    "protected_until",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="Protected until"),
                ),
                (
                    "advanced_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="Last step forward"),
                ),
                ("dealt_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="Last deal")),
                ("name", models.CharField(blank=True, default="", max_length=120, verbose_name="Lead name")),
                ("company", models.CharField(blank=True, default="", max_length=120, verbose_name="Company")),
                ("person", models.CharField(blank=True, default="", max_length=60, verbose_name="Contact person")),
                (
                    "form_of_address",
                    haike.kernel.fields.Pick(
                        "form_of_address", blank=True, max_length=40, null=True, verbose_name="Form of address"
                    ),
                ),
                ("post", models.CharField(blank=True, default="", max_length=60, verbose_name="Post")),
                (
                    "mobile",
                    haike.customers.reach.Mobile(blank=True, default="", max_length=40, verbose_name="Mobile phone"),
                ),
                ("phone", haike.kernel.fields.Phone(blank=True, default="", max_length=40, verbose_name="Phone")),
                ("wechat", haike.customers.reach.WeChat(blank=True, default="", max_length=40, verbose_name="WeChat")),
                ("qq", haike.customers.reach.QQ(blank=True, default="", max_length=12, verbose_name="QQ")),
                ("email", haike.kernel.fields.Email(blank=True, default="", max_length=120, verbose_name="E-mail")),
                ("region", haike.kernel.fields.Region(blank=True, default="", max_length=12, verbose_name="Region")),
                ("address", models.CharField(blank=True, default="", max_length=200, verbose_name="Address")),
                (
                    "source",
                    haike.kernel.fields.Pick(
                        "customer_source", blank=True, max_length=40, null=True, verbose_name="Source"
                    ),
                ),
                ("campaign", models.CharField(blank=True, default="", max_length=120, verbose_name="Campaign")),
                (
                    "product",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="Product of interest"),
                ),
                (
                    "budget",
                    haike.kernel.fields.Money(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=15,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="Budget",
                    ),
                ),
                ("remark", haike.kernel.fields.LongText(blank=True, default="", verbose_name="Remark")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unassigned", "Unassigned"),
                            ("to_do", "To do"),
                            ("following", "Following"),
                            ("converted", "Converted"),
                            ("invalid", "Invalid"),
                            ("void", "Void"),
                        ],
                        default="to_do",
                        editable=False,
                        max_length=12,
                        verbose_name="State",
                    ),
                ),
                (
                    "invalid_reason",
                    haike.kernel.fields.Pick(
                        "lead_invalid_reason", blank=True, max_length=40, null=True, verbose_name="Why invalid"
                    ),
                ),
                ("last_contact_at", models.DateTimeField(blank=True, null=True, verbose_name="Last contact")),
                ("next_contact_at", models.DateTimeField(blank=True, null=True, verbose_name="Next contact")),
                ("followed_by", models.BigIntegerField(blank=True, editable=False, null=True)),
                (
                    "converted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="Converted on"),
                ),
                (
                    "name_pinyin",
                    haike.kernel.fields.PinyinKey(
                        "name", blank=True, default="", editable=False, max_length=200, person=False
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Changed by",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="customers.contact",
                        verbose_name="Became the contact",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Created by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="leads",
                        to="customers.customer",
                        verbose_name="Became the customer",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Deleted by",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.department",
                        verbose_name="Department",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Owner",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pools.pool",
                        verbose_name="Pool",
                    ),
                ),
            ],
            options={
                "verbose_name": "Lead",
                "verbose_name_plural": "Leads",
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["-created_at", "-id", "archived_at", "owner"],
                        name="lead_created_at_all",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["owner", "-created_at", "-id", "archived_at"],
                        name="lead_created_at_own",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["-last_contact_at", "-id", "archived_at", "owner"],
                        name="lead_last_contact_at_all",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["owner", "-last_contact_at", "-id", "archived_at"],
                        name="lead_last_contact_at_own",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["-next_contact_at", "-id", "archived_at", "owner"],
                        name="lead_next_contact_at_all",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["owner", "-next_contact_at", "-id", "archived_at"],
                        name="lead_next_contact_at_own",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["-name_pinyin", "-id", "archived_at", "owner"],
                        name="lead_name_pinyin_all",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["owner", "-name_pinyin", "-id", "archived_at"],
                        name="lead_name_pinyin_own",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=[
                            "owner",
                            "state",
                            "source",
                            "region",
                            "last_contact_at",
                            "created_at",
                            "archived_at",
                            "id",
                        ],
                        name="lead_filter_own",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True), models.Q(("mobile", ""), _negated=True)),
                        fields=["mobile"],
                        name="lead_mobile",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True), models.Q(("phone", ""), _negated=True)),
                        fields=["phone"],
                        name="lead_phone",
                    ),
                    models.Index(
                        condition=models.Q(("customer__isnull", False)), fields=["customer"], name="lead_customer"
                    ),
                    models.Index(
                        condition=models.Q(("contact__isnull", False)), fields=["contact"], name="lead_contact"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadFollowUp",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="Created")),
                ("changed_at", models.DateTimeField(editable=False, verbose_name="Changed")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="Deleted")),
                ("archived_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="Archived")),
                (
                    "manner",
                    haike.kernel.fields.Pick("follow_up_manner", default="call", max_length=40, verbose_name="Manner"),
                ),
                ("content", models.TextField(verbose_name="Content")),
                (
                    "result",
                    haike.kernel.fields.Pick(
                        "follow_up_result", blank=True, max_length=40, null=True, verbose_name="Result"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="Time")),
                ("next_at", models.DateTimeField(blank=True, null=True, verbose_name="Next contact")),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Changed by",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Created by",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Deleted by",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.department",
                        verbose_name="Department",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="sales.lead",
                        verbose_name="Lead",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "Follow-up of a lead",
                "verbose_name_plural": "Follow-ups of leads",
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["-at", "-id", "archived_at", "owner"],
                        name="lead_talk_at_all",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["owner", "-at", "-id", "archived_at"],
                        name="lead_talk_at_own",
                    ),
                    models.Index(fields=["lead", "-at", "-id"], name="lead_talk_lead"),
                ],
            },
        ),
    ]
