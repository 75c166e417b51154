import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel', '0002_batch_undo'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(verbose_name='Time')),
                ('leaves', models.BooleanField(default=False, verbose_name='Leaves the company')),
                ('plan', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, default='', max_length=500, verbose_name='Note')),
                ('state', models.CharField(choices=[('draft', 'Being prepared'), ('waiting', 'Waits for a second person'), ('refused', 'Refused'), ('running', 'Running'), ('done', 'Finished'), ('failed', 'Failed')], default='draft', max_length=10, verbose_name='State')),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='Reason')),
                ('result', models.JSONField(default=dict)),
                ('closed', models.BooleanField(default=False)),
                ('error', models.TextField(blank=True, default='')),
                ('batch', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='handover', to='kernel.batch')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='By')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Whose')),
            ],
            options={
                'verbose_name': 'Hand-over',
                'verbose_name_plural': 'Hand-overs',
                'indexes': [models.Index(fields=['user', '-id'], name='handover_user'), models.Index(fields=['by', '-id'], name='handover_by')],
            },
        ),
        migrations.CreateModel(
            name='Moved',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=80)),
                ('record_id', models.BigIntegerField()),
                ('field', models.CharField(blank=True, max_length=60)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('handover', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moved', to='handover.handover')),
            ],
            options={
                'verbose_name': 'Moved',
            },
        ),
    ]
