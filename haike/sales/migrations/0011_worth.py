import haike.kernel.fields
from decimal import Decimal
from django.db import migrations

from haike.people.currency.worth import fill


def what_they_are_worth(apps, schema_editor):
    fill(apps, "sales.Quote", "worth", "total", "quoted_on")
    fill(apps, "sales.Delivery", "worth", "amount", "delivered_on", "due_on")


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0001_initial'),
        ('people', '0003_exchange_rates'),
        ('sales', '0010_rivals'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='worth',
            field=haike.kernel.fields.Money(decimal_places=2, default=Decimal('0'), editable=False, max_digits=15, verbose_name='Amount in own currency'),
        ),
        migrations.AddField(
            model_name='quote',
            name='worth',
            field=haike.kernel.fields.Money(decimal_places=2, default=Decimal('0'), editable=False, max_digits=15, verbose_name='Amount in own currency'),
        ),
        migrations.RunPython(what_they_are_worth, migrations.RunPython.noop, elidable=True),
    ]
