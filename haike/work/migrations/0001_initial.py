import django.db.models.deletion
import django.utils.timezone
import haike.kernel.fields
import haike.work.follow_up.record
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_initial'),
        ('people', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='Changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Deleted')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Archived')),
                ('manner', haike.kernel.fields.Pick('follow_up_manner', default='call', max_length=40, verbose_name='Manner')),
                ('subject', haike.kernel.fields.Pick('follow_up_subject', blank=True, max_length=40, null=True, verbose_name='Subject')),
                ('content', models.TextField(verbose_name='Content')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='Time')),
                ('result', haike.kernel.fields.Pick('follow_up_result', blank=True, max_length=40, null=True, verbose_name='Result')),
                ('attitude', haike.kernel.fields.Pick('customer_attitude', blank=True, max_length=40, null=True, verbose_name="Customer's attitude")),
                ('stage', haike.kernel.fields.Pick('customer_stage', blank=True, max_length=40, null=True, verbose_name='Stage of the customer')),
                ('products', models.CharField(blank=True, default='', max_length=200, verbose_name='Products of interest')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='Next contact')),
                ('next_what', models.CharField(blank=True, default='', max_length=200, verbose_name='Planned for it')),
                ('changed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('contact', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='customers.contact', verbose_name='Contact person')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='customers.customer', verbose_name='Customer')),
                ('deleted_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('department', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='Department')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
            ],
            options={
                'verbose_name': 'Follow-up',
                'verbose_name_plural': 'Follow-ups',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-at', '-id', 'archived_at', 'owner'], name='follow_up_at_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-at', '-id', 'archived_at'], name='follow_up_at_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', 'at', 'manner', 'result', 'created_by', 'archived_at', 'id'], name='follow_up_filter_own'), models.Index(fields=['customer', '-at', '-id'], name='follow_up_customer'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['created_by', '-at', '-id'], name='follow_up_author'), models.Index(condition=models.Q(('contact__isnull', False)), fields=['contact', '-at'], name='follow_up_contact')],
            },
        ),
        migrations.CreateModel(
            name='FollowUpComment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='Changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Deleted')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Archived')),
                ('text', haike.kernel.fields.LongText(blank=True, default='', verbose_name='Comment')),
                ('changed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('customer', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer', verbose_name='Customer')),
                ('deleted_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('department', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='Department')),
                ('follow_up', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='work.followup', verbose_name='Follow-up')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
            ],
            options={
                'verbose_name': 'Comment on a follow-up',
                'verbose_name_plural': 'Comments on follow-ups',
                'indexes': [models.Index(fields=['follow_up', 'id'], name='follow_up_comment'), models.Index(fields=['customer', 'id'], name='follow_up_comment_customer'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-created_at', '-id'], name='follow_up_comment_new')],
            },
        ),
        migrations.CreateModel(
            name='FollowUpPhoto',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('file', models.FileField(max_length=200, upload_to=haike.work.follow_up.record.photo_name, verbose_name='Photo')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='Added')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='work.followup')),
            ],
            options={
                'verbose_name': 'Photo',
                'ordering': ['id'],
            },
        ),
    ]
