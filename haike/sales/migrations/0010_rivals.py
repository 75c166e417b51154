import django.core.validators
import haike.kernel.fields
from django.db import migrations


def keep_the_names(apps, schema_editor):
    """Competitors are a list now. Its names come from a dictionary that knows none of those typed before, so these
    go on in the remark."""
    chances = apps.get_model("sales", "Opportunity")._base_manager.exclude(competitors="")
    for chance in chances.only("remark", "competitors").iterator():
        chance.remark = "\n".join(filter(None, [chance.remark, f"竞争对手：{chance.competitors}"]))
        chance.save(update_fields=["remark"])


def nobody_asks_nothing(apps, schema_editor):
    """A price of 0 was one that nobody knew."""
    apps.get_model("sales", "Competitor")._base_manager.filter(price=0).update(price=None)


class Migration(migrations.Migration):

    dependencies = [
        ('sales', '0009_visited'),
    ]

    operations = [
        migrations.AlterField(
            model_name='competitor',
            name='price',
            field=haike.kernel.fields.Money(blank=True, currency='currency', decimal_places=2, default=None, help_text='Empty: not known.', max_digits=15, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='Their price'),
        ),
        migrations.RunPython(nobody_asks_nothing, migrations.RunPython.noop),
        migrations.RunPython(keep_the_names, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='opportunity',
            name='competitors',
        ),
    ]
