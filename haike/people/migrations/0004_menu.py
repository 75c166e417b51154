"""Few or all functions in the menu: who has worked with all goes on with all, new users start with few."""

from django.db import migrations, models

CHOICES = [("simple", "Few functions"), ("full", "All functions")]


class Migration(migrations.Migration):
    dependencies = [("people", "0003_exchange_rates")]

    operations = [
        migrations.AddField(
            "user", "menu", models.CharField(choices=CHOICES, default="full", max_length=10, verbose_name="Menu")
        ),
        migrations.AlterField(
            "user", "menu", models.CharField(choices=CHOICES, default="simple", max_length=10, verbose_name="Menu")
        ),
    ]
