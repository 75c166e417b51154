from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hosted", "0001_initial"),
    ]

    operations = [
        migrations.AddField("company", "plan", models.CharField(blank=True, default="", max_length=60, verbose_name="Plan")),
        migrations.AddField("company", "seats", models.PositiveIntegerField(blank=True, null=True, verbose_name="Seats")),
        migrations.AddField("company", "starts_on", models.DateField(blank=True, null=True, verbose_name="Begins")),
        migrations.AddField("company", "ends_on", models.DateField(blank=True, null=True, verbose_name="Ends")),
        migrations.AddField(
            "company", "storage_mb", models.PositiveIntegerField(blank=True, null=True, verbose_name="Storage (MB)")
        ),
    ]
