import django.core.validators
import django.db.models.deletion
import haike.catalog.fields
import haike.catalog.lines.field
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_after_sale'),
        ('sales', '0011_worth'),
    ]

    operations = [
        # The lines have no column; SQLite would write all opportunities anew for them.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name='opportunity',
                    name='lines',
                    field=haike.catalog.lines.field.Lines('sales.OpportunityLine', blank=True, default=list, verbose_name='Products'),
                ),
            ],
        ),
        migrations.AddField(
            model_name='opportunity',
            name='rounding',
            field=models.CharField(editable=False, max_length=30, null=True),
        ),
        migrations.AddField(
            model_name='opportunity',
            name='taxed',
            field=models.BooleanField(editable=False, null=True, verbose_name='Prices include tax'),
        ),
        migrations.CreateModel(
            name='OpportunityLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.PositiveIntegerField()),
                ('position', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=200, verbose_name='Name')),
                ('unit', models.CharField(blank=True, default='', max_length=20, verbose_name='Unit')),
                ('quantity', haike.catalog.fields.Quantity(decimal_places=4, default=Decimal('1'), max_digits=16, validators=[django.core.validators.MinValueValidator(0)], verbose_name='Quantity')),
                ('list_price', haike.catalog.fields.UnitPrice(decimal_places=4, default=Decimal('0'), max_digits=17, validators=[django.core.validators.MinValueValidator(0)], verbose_name='List price')),
                ('discount', models.DecimalField(decimal_places=4, default=Decimal('100'), max_digits=12, verbose_name='Discount (%)')),
                ('price', haike.catalog.fields.UnitPrice(decimal_places=4, default=Decimal('0'), max_digits=17, validators=[django.core.validators.MinValueValidator(0)], verbose_name='Price')),
                ('amount', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=17, verbose_name='Amount')),
                ('tax_rate', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=5, verbose_name='Tax rate (%)')),
                ('gift', models.BooleanField(default=False, verbose_name='Gift')),
                ('remark', models.CharField(blank=True, default='', max_length=200, verbose_name='Remark')),
                ('fixed', models.CharField(choices=[('discount', 'Discount'), ('price', 'Price'), ('amount', 'Amount')], default='price', max_length=8)),
                ('total', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=17, verbose_name='Total')),
                ('net', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=17, verbose_name='Without tax')),
                ('tax', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=17, verbose_name='Tax')),
                ('cost', haike.catalog.fields.UnitPrice(blank=True, decimal_places=4, default=None, max_digits=17, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='Cost price')),
                ('document', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='sales.opportunity')),
                ('product', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product', verbose_name='Product')),
            ],
            options={
                'verbose_name': 'Product of an opportunity',
                'verbose_name_plural': 'Products of opportunities',
                'indexes': [models.Index(fields=['document', 'position', 'product', 'total'], name='chance_line_position'), models.Index(fields=['product', 'document'], name='chance_line_product')],
                'constraints': [models.UniqueConstraint(fields=('document', 'key'), name='chance_line_key')],
            },
        ),
    ]
