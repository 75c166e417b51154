import django.db.models.deletion
import haike.kernel.fields
import haike.segments.conditions
import haike.segments.offered
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0007_tab_schemes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='Changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Deleted')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Archived')),
                ('name', models.CharField(max_length=60, verbose_name='Name')),
                ('entity', models.CharField(choices=haike.segments.offered.entity_choices, max_length=60, verbose_name='Kind of records')),
                ('manner', models.CharField(choices=[('static', 'Chosen (static)'), ('live', 'By conditions (live)')], default='static', max_length=10, verbose_name='Members')),
                ('conditions', haike.segments.conditions.Conditions(blank=True, default=dict, editable=False, verbose_name='Conditions')),
                ('description', haike.kernel.fields.LongText(blank=True, default='', verbose_name='Description')),
                ('changed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('deleted_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('department', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='Department')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
            ],
            options={
                'verbose_name': 'Customer group',
                'verbose_name_plural': 'Customer groups',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-created_at', '-id', 'archived_at', 'owner'], name='segment_created_at_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-created_at', '-id', 'archived_at'], name='segment_created_at_own')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('record_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('batch', models.BigIntegerField(null=True)),
                ('left_at', models.DateTimeField(null=True)),
                ('left_batch', models.BigIntegerField(null=True)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('left_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('segment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='segments.segment')),
            ],
            options={
                'verbose_name': 'Member of a group',
                'indexes': [models.Index(fields=['record_id', 'segment'], name='segments_member_record'), models.Index(fields=['segment', '-id'], name='segments_member_history')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_at__isnull', True)), fields=('segment', 'record_id'), name='segments_member_once')],
            },
        ),
        migrations.CreateModel(
            name='SweepRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('rule', models.BigIntegerField()),
                ('title', models.CharField(max_length=200)),
                ('entity', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('place', models.BigIntegerField(default=0)),
                ('came', models.PositiveIntegerField(default=0)),
                ('left', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Finished'), ('failed', 'Failed')], default='running', max_length=10)),
                ('error', models.TextField(blank=True)),
                ('job', models.CharField(blank=True, max_length=64)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'Run of a rule',
                'indexes': [models.Index(fields=['kind', 'rule', '-id'], name='segments_run_rule')],
            },
        ),
        migrations.CreateModel(
            name='TagRule',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='Changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Deleted')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Archived')),
                ('name', models.CharField(help_text='A tag of the company; it is made if there is none of this name.', max_length=20, verbose_name='Tag')),
                ('entity', models.CharField(choices=haike.segments.offered.entity_choices, max_length=60, verbose_name='Kind of records')),
                ('conditions', haike.segments.conditions.Conditions(blank=True, default=dict, editable=False, verbose_name='Conditions')),
                ('runs', models.BooleanField(default=False, verbose_name='Runs by itself every night')),
                ('tag_key', models.BigIntegerField(editable=False)),
                ('changed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('deleted_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('department', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='Department')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
            ],
            options={
                'verbose_name': 'Tag rule',
                'verbose_name_plural': 'Tag rules',
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True)), fields=('entity', 'tag_key'), name='segments_tag_rule_once')],
            },
        ),
    ]
