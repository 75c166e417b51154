import haike.kernel.fields
from decimal import Decimal
from django.db import migrations

from haike.people.currency.worth import fill


def what_they_are_worth(apps, schema_editor):
    fill(apps, "money.Invoice", "worth", "amount", "issued_on")
    fill(apps, "money.PaymentPlan", "worth", "amount", "due_on")
    fill(apps, "money.PaymentPlan", "open_worth", "open", "due_on")


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0001_initial'),
        ('people', '0003_exchange_rates'),
        ('money', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='worth',
            field=haike.kernel.fields.Money(decimal_places=2, default=Decimal('0'), editable=False, max_digits=15, verbose_name='Amount in own currency'),
        ),
        migrations.AddField(
            model_name='paymentplan',
            name='open_worth',
            field=haike.kernel.fields.Money(decimal_places=2, default=Decimal('0'), editable=False, max_digits=15, verbose_name='Open in own currency'),
        ),
        migrations.AddField(
            model_name='paymentplan',
            name='worth',
            field=haike.kernel.fields.Money(decimal_places=2, default=Decimal('0'), editable=False, max_digits=15, verbose_name='Amount in own currency'),
        ),
        migrations.RunPython(what_they_are_worth, migrations.RunPython.noop, elidable=True),
    ]
