import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=20, verbose_name='Name')),
                ('colour', models.CharField(choices=[('grey', 'Grey'), ('blue', 'Blue'), ('teal', 'Teal'), ('green', 'Green'), ('yellow', 'Yellow'), ('orange', 'Orange'), ('red', 'Red'), ('pink', 'Pink'), ('purple', 'Purple')], default='grey', max_length=10, verbose_name='Colour')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='Created')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'Tag',
                'verbose_name_plural': 'Tags',
                'constraints': [models.UniqueConstraint(condition=models.Q(('owner__isnull', True)), fields=('name',), name='talk_tag_company'), models.UniqueConstraint(condition=models.Q(('owner__isnull', False)), fields=('owner', 'name'), name='talk_tag_own')],
            },
        ),
        migrations.CreateModel(
            name='Tagged',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('entity', models.CharField(max_length=80)),
                ('record_id', models.BigIntegerField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tag', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tagged', to='talk.tag')),
            ],
            options={
                'verbose_name': 'Tag on a record',
                'indexes': [models.Index(fields=['entity', 'record_id', 'tag'], name='talk_tagged_record')],
                'constraints': [models.UniqueConstraint(fields=('tag', 'entity', 'record_id'), name='talk_tagged_once')],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('entity', models.CharField(max_length=80)),
                ('record_id', models.BigIntegerField()),
                ('text', models.TextField(verbose_name='Comment')),
                ('mentions', models.JSONField(default=dict)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='Time')),
                ('edited_at', models.DateTimeField(null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'Comment',
                'verbose_name_plural': 'Comments',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['entity', 'record_id', '-id'], name='talk_comment_record')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40, verbose_name='Kind')),
                ('entity', models.CharField(max_length=80)),
                ('record_id', models.BigIntegerField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='Time')),
                ('due', models.DateField(null=True, verbose_name='Day of the reminder')),
                ('facts', models.JSONField(default=dict)),
                ('key', models.CharField(blank=True, default='', max_length=80)),
                ('read_at', models.DateTimeField(null=True, verbose_name='Read')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'Notice',
                'verbose_name_plural': 'Notices',
                'indexes': [models.Index(fields=['user', '-id'], name='talk_notice_user'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user', '-id'], name='talk_notice_unread'), models.Index(fields=['entity', 'record_id'], name='talk_notice_record')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('user', 'kind', 'key'), name='talk_notice_once')],
            },
        ),
        migrations.CreateModel(
            name='Star',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('entity', models.CharField(max_length=80)),
                ('record_id', models.BigIntegerField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'Star',
                'indexes': [models.Index(fields=['entity', 'record_id'], name='talk_star_record')],
                'constraints': [models.UniqueConstraint(fields=('user', 'entity', 'record_id'), name='talk_star_once')],
            },
        ),
    ]
