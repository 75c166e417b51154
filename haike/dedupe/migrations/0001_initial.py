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
            name='IdentityKey',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.BigIntegerField()),
                ('entity', models.IntegerField()),
                ('record_id', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['key', 'entity', 'record_id'], name='dedupe_key'), models.Index(fields=['entity', 'record_id'], name='dedupe_record')],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity', models.CharField(max_length=80)),
                ('into', models.BigIntegerField()),
                ('journal', models.JSONField(default=dict)),
                ('batch', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='merge', to='kernel.batch')),
            ],
            options={
                'verbose_name': 'Merge',
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('entity', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('job', models.CharField(blank=True, max_length=20)),
                ('ended_at', models.DateTimeField(null=True)),
                ('pairs', models.PositiveIntegerField(default=0)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'Search for duplicates',
                'indexes': [models.Index(fields=['entity', '-at'], name='dedupe_scan_entity')],
            },
        ),
        migrations.CreateModel(
            name='Pair',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('entity', models.CharField(max_length=80)),
                ('one', models.BigIntegerField()),
                ('other', models.BigIntegerField()),
                ('score', models.PositiveSmallIntegerField()),
                ('by_contact', models.BooleanField(default=False)),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('dismissed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('scan', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dedupe.scan')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('dismissed_at__isnull', True)), fields=['entity', '-score', 'id'], name='dedupe_pair_open')],
                'constraints': [models.UniqueConstraint(fields=('entity', 'one', 'other'), name='dedupe_pair_once')],
            },
        ),
        migrations.CreateModel(
            name='Merged',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('entity', models.CharField(max_length=80)),
                ('record_id', models.BigIntegerField()),
                ('into', models.BigIntegerField()),
                ('merge', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gone', to='dedupe.merge')),
            ],
            options={
                'indexes': [models.Index(fields=['entity', 'record_id'], name='dedupe_merged_record'), models.Index(fields=['entity', 'into'], name='dedupe_merged_into')],
            },
        ),
    ]
