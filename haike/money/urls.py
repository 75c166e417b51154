"""Addresses of this room beside those that every entity gets."""

from django.urls import path

from haike.money import views
from haike.money.ageing import letter
from haike.money.ageing import page as ageing
from haike.money.statement import page as statement
from haike.money.truth.page import truth_view

app_name = "money"
urlpatterns = [
    path("customers/<int:pk>/statement", statement.statement_view, name="statement"),
    path("customers/<int:pk>/statement/print", statement.paper_view, name="statement_paper"),
    path("customers/<int:pk>/statement/send", statement.send_statement_view, name="statement_send"),
    path("customers/<int:pk>/statement/xlsx", statement.file_view, name="statement_file"),
    path("customers/<int:pk>/payment-reminder", letter.letter_view, name="payment_reminder"),
    path("customers/<int:pk>/payment-reminder/print", letter.paper_view, name="payment_reminder_paper"),
    path("customers/<int:pk>/payment-reminder/send", letter.send_letter_view, name="payment_reminder_send"),
    path("payment-plans/ageing", ageing.ageing_view, name="ageing"),
    path("payment-plans/ageing/xlsx", ageing.file_view, name="ageing_file"),
    path("truth-line", truth_view, name="truth"),
    path("payments/<int:pk>/pay-back", views.pay_back_view, name="pay_back"),
    path("contracts/<int:pk>/plan", views.template_view, {"name": "contract"}, name="plan_from_template"),
    path("orders/<int:pk>/plan", views.template_view, {"name": "order"}, name="plan_order_from_template"),
]
