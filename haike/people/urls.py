"""Addresses of this room; the lists and pages of users, departments and roles are the kernel's."""

from django.urls import path

from haike.people.access import pages as rights
from haike.people.access import views as access
from haike.people.account import views as account
from haike.people.alarm import views as alarm
from haike.people.company import views as company
from haike.people.currency import views as currency
from haike.people.department import views as department
from haike.people.export import views as export
from haike.people.invitation import views as invitation
from haike.people.journal import exports
from haike.people.journal import views as journal
from haike.people.proof import views as proof
from haike.people.role import views as role
from haike.people.seeing import views as seeing
from haike.people.signin import views as signin
from haike.people.tab_scheme import views as tab_scheme
from haike.people.user import views as user

app_name = "people"
urlpatterns = [
    path("signin", signin.sign_in_view, name="sign_in"),
    path("signout", signin.sign_out_view, name="sign_out"),
    path("forgot", signin.forgot_view, name="forgot"),
    path("reset/<str:who>/<str:token>", signin.reset_view, name="reset"),
    path("join/<str:token>", invitation.join_view, name="join"),
    path("register", invitation.register_view, name="register"),
    path("account/", account.profile_view, name="account"),
    path("account/password", account.password_view, name="account_password"),
    path("account/taste", account.taste_view, name="account_taste"),
    path("account/display", account.display_view, name="account_display"),
    path("account/workbench", account.workbench_view, name="account_workbench"),
    path("account/rights", rights.my_rights_view, name="account_rights"),
    path("account/seeing/end", seeing.end_view, name="seeing_end"),
    path("account/signins", account.sign_ins_view, name="account_sign_ins"),
    path("company-logo", company.logo_view, name="logo"),
    path("settings/company", company.company_view, name="company"),
    path("settings/currency", currency.currency_view, name="currency"),
    path("settings/sign-ins/", journal.sign_ins_view, name="sign_ins"),
    path("settings/operations/", journal.operations_view, name="operations"),
    path("settings/exports/", exports.exports_view, name="exports"),
    path("settings/errors/", journal.errors_view, name="errors"),
    path("settings/errors/<int:pk>", journal.error_view, name="error"),
    path("settings/rights/", rights.rights_look_up_view, name="who_may"),
    path("settings/rights-check/", proof.checks_view, name="rights_checks"),
    path("settings/rights-check/now", proof.check_now_view, name="rights_check_now"),
    path("settings/alarms/", alarm.alarms_view, name="alarms"),
    path("settings/alarms/seen", alarm.seen_view, name="alarms_seen"),
    path("settings/alarms/<int:pk>/seen", alarm.seen_view, name="alarm_seen"),
    path("exports/", export.requests_view, name="export_requests"),
    path("exports/<int:pk>/", export.request_view, name="export_request"),
    path("invitations/", invitation.invitations_view, name="invitations"),
    path("invitations/new", invitation.invite_view, name="invite"),
    path("invitations/<int:pk>/withdraw", invitation.withdraw_view, name="withdraw"),
    path("departments/chart", department.chart_view, name="chart"),
    path("departments/<int:pk>/move", department.move_view, name="move"),
    path("roles/<int:pk>/rights", role.rights_view, name="rights"),
    path("roles/<int:pk>/fields", role.fields_view, name="role_fields"),
    path("roles/<int:pk>/copy", role.copy_view, name="role_copy"),
    path("tab-schemes/<int:pk>/tabs", tab_scheme.tabs_view, name="tab_scheme"),
    path("users/<int:pk>/abilities", rights.abilities_view, name="abilities"),
    path("users/<int:pk>/see-as", seeing.begin_view, name="see_as"),
    path("users/<int:pk>/password", user.password_view, name="password"),
    path("users/<int:pk>/unlock", user.unlock_view, name="unlock"),
    path("users/<int:pk>/lock", user.lock_view, name="lock"),
    path("users/<int:pk>/reopen", user.reopen_view, name="reopen"),
    path("users/<int:pk>/approve", user.approve_view, name="approve"),
    path("users/<int:pk>/hand-over", user.hand_over_view, name="hand_over"),
    path("<slug:slug>/<int:pk>/access", access.access_view, name="access"),
]
