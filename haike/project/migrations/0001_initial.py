import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import haike.kernel.fields
import haike.kernel.period
import haike.customers.deciding.named
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0010_bought'),
        ('people', '0008_role_reveals'),
        ('people', '__first__'),
        ('sales', '0005_selling'),
    ]

    operations = [
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='Changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Deleted')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Archived')),
                ('number', haike.kernel.fields.AutoNumber('XM{yyyy}{mm}-{0000}', blank=True, editable=False, max_length=40, unique=True, verbose_name='Number')),
                ('name', models.CharField(max_length=120, verbose_name='Project name')),
                ('kind', haike.kernel.fields.Pick('project_kind', blank=True, max_length=40, null=True, verbose_name='Kind')),
                ('state', models.CharField(choices=[('setup', 'Set-up'), ('tracking', 'Tracking'), ('signing', 'Signing'), ('execution', 'Execution'), ('end', 'End')], default='setup', max_length=10, verbose_name='Phase')),
                ('phase_since', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='In this phase since')),
                ('phase_note', haike.kernel.fields.LongText(blank=True, default='', verbose_name='Note on the phase')),
                ('outcome', haike.kernel.fields.Pick('project_outcome', blank=True, help_text='To be said when the project is at its end.', max_length=40, null=True, verbose_name='Outcome')),
                ('expected', haike.kernel.fields.Money(decimal_places=2, default=Decimal('0'), max_digits=15, validators=[django.core.validators.MinValueValidator(0)], verbose_name='Expected amount')),
                ('signs_on', models.DateField(blank=True, null=True, verbose_name='Signing expected on')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='Starts on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='Ends on')),
                ('region', haike.kernel.fields.Region(blank=True, default='', max_length=12, verbose_name='Region')),
                ('address', models.CharField(blank=True, default='', max_length=200, verbose_name='Address')),
                ('description', haike.kernel.fields.LongText(blank=True, default='', verbose_name='What is built')),
                ('remark', haike.kernel.fields.LongText(blank=True, default='', verbose_name='Remark')),
                ('name_pinyin', haike.kernel.fields.PinyinKey('name', blank=True, default='', editable=False, max_length=200, person=False)),
                ('changed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('deleted_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('department', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='Department')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
                ('team', models.ManyToManyField(blank=True, help_text='Only the owner, the team and those who see everything see the project.', related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Team')),
            ],
            options={
                'verbose_name': 'Project',
                'verbose_name_plural': 'Projects',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-created_at', '-id', 'archived_at', 'owner'], name='project_created_at_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-created_at', '-id', 'archived_at'], name='project_created_at_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-changed_at', '-id', 'archived_at', 'owner'], name='project_changed_at_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-changed_at', '-id', 'archived_at'], name='project_changed_at_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-expected', '-id', 'archived_at', 'owner'], name='project_expected_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-expected', '-id', 'archived_at'], name='project_expected_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-signs_on', '-id', 'archived_at', 'owner'], name='project_signs_on_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-signs_on', '-id', 'archived_at'], name='project_signs_on_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-name_pinyin', '-id', 'archived_at', 'owner'], name='project_name_pinyin_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-name_pinyin', '-id', 'archived_at'], name='project_name_pinyin_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', 'state', 'kind', 'expected', 'created_at', 'archived_at', 'id'], name='project_filter_own'), models.Index(fields=['state', '-phase_since', '-id'], name='project_board')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expected__gte', 0)), name='project_expected'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'end'), _negated=True), ('outcome__isnull', False), _connector='OR'), name='project_end_has_outcome')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('contract', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sales.contract', verbose_name='Contract')),
                ('opportunity', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sales.opportunity', verbose_name='Opportunity')),
                ('order', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sales.order', verbose_name='Order')),
                ('quote', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sales.quote', verbose_name='Quote')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='project.project', verbose_name='Project')),
            ],
            options={
                'verbose_name': 'Link to a project',
                'verbose_name_plural': 'Links to projects',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('contract__isnull', True), ('opportunity__isnull', False), ('order__isnull', True), ('quote__isnull', True)), models.Q(('contract__isnull', True), ('opportunity__isnull', True), ('order__isnull', True), ('quote__isnull', False)), models.Q(('contract__isnull', False), ('opportunity__isnull', True), ('order__isnull', True), ('quote__isnull', True)), models.Q(('contract__isnull', True), ('opportunity__isnull', True), ('order__isnull', False), ('quote__isnull', True)), _connector='OR'), name='project_link_one')],
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='Changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Deleted')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Archived')),
                ('name', models.CharField(max_length=120, verbose_name='Milestone')),
                ('planned_on', models.DateField(default=haike.kernel.period.today, verbose_name='Planned on')),
                ('reached_on', models.DateField(blank=True, null=True, verbose_name='Reached on')),
                ('remark', haike.kernel.fields.LongText(blank=True, default='', verbose_name='Remark')),
                ('changed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('deleted_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('department', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='Department')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='project.project', verbose_name='Project')),
            ],
            options={
                'verbose_name': 'Milestone',
                'verbose_name_plural': 'Milestones',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-planned_on', '-id', 'archived_at', 'owner'], name='milestone_planned_on_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-planned_on', '-id', 'archived_at'], name='milestone_planned_on_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-created_at', '-id', 'archived_at', 'owner'], name='milestone_created_at_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-created_at', '-id', 'archived_at'], name='milestone_created_at_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', 'reached_on', 'planned_on', 'archived_at', 'id'], name='milestone_filter_own'), models.Index(fields=['project', 'planned_on'], name='milestone_project')],
            },
        ),
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='Changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Deleted')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Archived')),
                ('kind', haike.kernel.fields.Pick('project_party_kind', max_length=40, verbose_name='Taking part as')),
                ('remark', haike.kernel.fields.LongText(blank=True, default='', verbose_name='Remark')),
                ('changed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('contact', haike.customers.deciding.named.Named(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.contact', verbose_name='Contact person')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('customer', haike.customers.deciding.named.Named(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='project_parts', to='customers.customer', verbose_name='Customer')),
                ('deleted_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('department', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='Department')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='parties', to='project.project', verbose_name='Project')),
            ],
            options={
                'verbose_name': 'Party of a project',
                'verbose_name_plural': 'Parties of projects',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-created_at', '-id', 'archived_at', 'owner'], name='party_created_at_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-created_at', '-id', 'archived_at'], name='party_created_at_own'), models.Index(fields=['project', '-id'], name='party_project'), models.Index(fields=['customer', '-id'], name='party_customer'), models.Index(condition=models.Q(('contact__isnull', False)), fields=['contact'], name='party_contact')],
            },
        ),
        migrations.CreateModel(
            name='PhaseMove',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('before', models.CharField(blank=True, choices=[('setup', 'Set-up'), ('tracking', 'Tracking'), ('signing', 'Signing'), ('execution', 'Execution'), ('end', 'End')], default='', max_length=10)),
                ('after', models.CharField(choices=[('setup', 'Set-up'), ('tracking', 'Tracking'), ('signing', 'Signing'), ('execution', 'Execution'), ('end', 'End')], max_length=10)),
                ('days', models.PositiveIntegerField(default=0)),
                ('note', models.TextField(blank=True, default='')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='project.project')),
            ],
            options={
                'verbose_name': 'Change of phase',
                'indexes': [models.Index(fields=['project', '-id'], name='phase_move_project')],
            },
        ),
        migrations.CreateModel(
            name='Stakeholder',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='Changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Deleted')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Archived')),
                ('role', haike.kernel.fields.Pick('decision_role', blank=True, help_text='Left empty, it is that of the contact.', max_length=40, null=True, verbose_name='Part in the decision')),
                ('attitude', haike.kernel.fields.Pick('decision_attitude', blank=True, max_length=40, null=True, verbose_name='Attitude towards us')),
                ('influence', haike.kernel.fields.Pick('decision_influence', blank=True, max_length=40, null=True, verbose_name='Influence')),
                ('remark', haike.kernel.fields.LongText(blank=True, default='', verbose_name='Remark')),
                ('changed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('contact', haike.customers.deciding.named.Named(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.contact', verbose_name='Contact')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('deleted_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('department', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='Department')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='stakeholders', to='project.project', verbose_name='Project')),
                ('superior', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='below', to='project.stakeholder', verbose_name='Reports to')),
            ],
            options={
                'verbose_name': 'Stakeholder',
                'verbose_name_plural': 'Stakeholders',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-created_at', '-id', 'archived_at', 'owner'], name='stakeholder_created_at_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-created_at', '-id', 'archived_at'], name='stakeholder_created_at_own'), models.Index(fields=['project', '-id'], name='stakeholder_project'), models.Index(fields=['contact'], name='stakeholder_contact'), models.Index(condition=models.Q(('superior__isnull', False)), fields=['superior'], name='stakeholder_superior')],
            },
        ),
        migrations.CreateModel(
            name='Expense',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='Changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Deleted')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Archived')),
                ('on', models.DateField(default=haike.kernel.period.today, verbose_name='Date')),
                ('kind', haike.kernel.fields.Pick('expense_kind', max_length=40, verbose_name='Kind')),
                ('amount', haike.kernel.fields.Money(decimal_places=2, default=None, max_digits=15, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))], verbose_name='Amount')),
                ('what', models.CharField(max_length=120, verbose_name='For what')),
                ('remark', haike.kernel.fields.LongText(blank=True, default='', verbose_name='Remark')),
                ('changed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('deleted_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('department', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='Department')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
                ('spent_by', models.ForeignKey(blank=True, help_text='Left empty, it is you.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Spent by')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='expenses', to='project.project', verbose_name='Project')),
            ],
            options={
                'verbose_name': 'Project expense',
                'verbose_name_plural': 'Project expenses',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-on', '-id', 'archived_at', 'owner'], name='project_expense_on_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-on', '-id', 'archived_at'], name='project_expense_on_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-created_at', '-id', 'archived_at', 'owner'], name='project_expense_created_at_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-created_at', '-id', 'archived_at'], name='project_expense_created_at_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-amount', '-id', 'archived_at', 'owner'], name='project_expense_amount_all'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', '-amount', '-id', 'archived_at'], name='project_expense_amount_own'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['owner', 'kind', 'on', 'amount', 'archived_at', 'id'], name='project_expense_filter_own'), models.Index(fields=['project', '-on'], name='project_expense_project')],
            },
        ),
    ]
