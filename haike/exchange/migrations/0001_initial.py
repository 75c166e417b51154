import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('file', models.FileField(upload_to='imports/%Y/%m')),
                ('filename', models.CharField(max_length=200)),
                ('sheet', models.CharField(blank=True, max_length=120)),
                ('columns', models.JSONField(default=dict)),
                ('rule', models.CharField(choices=[('skip', 'Leave the present record as it is'), ('update', 'Update the present record'), ('create', 'Make another record all the same')], default='skip', max_length=10)),
                ('state', models.CharField(choices=[('mapping', 'Columns to be assigned'), ('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Finished'), ('failed', 'Failed'), ('undone', 'Undone')], default='mapping', max_length=10)),
                ('rows_total', models.PositiveIntegerField(default=0)),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('created', models.PositiveIntegerField(default=0)),
                ('updated', models.PositiveIntegerField(default=0)),
                ('skipped', models.PositiveIntegerField(default=0)),
                ('faulty', models.PositiveIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('job', models.CharField(blank=True, max_length=64)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.batch')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'Import',
                'indexes': [models.Index(fields=['by', 'entity', '-at'], name='exchange_run_by')],
            },
        ),
        migrations.CreateModel(
            name='ImportFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('cells', models.JSONField()),
                ('reasons', models.JSONField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='faults', to='exchange.importrun')),
            ],
            options={
                'ordering': ['row', 'id'],
            },
        ),
        migrations.CreateModel(
            name='RememberedColumn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity', models.CharField(max_length=80)),
                ('heading', models.CharField(max_length=120)),
                ('field', models.CharField(max_length=120)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('entity', 'heading'), name='exchange_heading')],
            },
        ),
    ]
