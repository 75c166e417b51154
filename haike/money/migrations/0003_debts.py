from datetime import date

from django.db import migrations

from haike.kernel.currency import CURRENCIES, OWN

DEBTS = """
WITH debt_part (customer_id, currency, owed, prepaid) AS (
    SELECT customer_id, currency, amount - planned, 0 FROM sales_contract
    WHERE deleted_at IS NULL AND state IN ('active', 'closed') AND amount > planned
    UNION ALL
    SELECT customer_id, currency, due - planned, 0 FROM sales_order
    WHERE deleted_at IS NULL AND state IN ('signed', 'closed') AND due > planned
    UNION ALL
    SELECT p.customer_id, p.currency, p.open, 0 FROM money_paymentplan p
    LEFT JOIN sales_contract c ON c.id = p.contract_id
    LEFT JOIN sales_order o ON o.id = p.order_id
    WHERE p.deleted_at IS NULL AND p.open > 0
    AND (c.id IS NULL OR (c.deleted_at IS NULL AND c.state IN ('active', 'closed')))
    AND (o.id IS NULL OR (o.deleted_at IS NULL AND o.state IN ('signed', 'closed')))
    UNION ALL
    SELECT customer_id, currency, -rest, rest FROM money_payment WHERE deleted_at IS NULL AND rest > 0
),
debt_rate (currency, rate) AS (VALUES {rates}),
debt_each AS (
    SELECT s.customer_id, ROUND(s.owed * r.rate, {places}) AS owed, ROUND(s.prepaid * r.rate, {places}) AS prepaid
    FROM (
        SELECT customer_id, currency, SUM(owed) AS owed, SUM(prepaid) AS prepaid FROM debt_part
        GROUP BY customer_id, currency
    ) s JOIN debt_rate r ON r.currency = s.currency
),
debt_whole AS (
    SELECT customer_id, SUM(owed) AS owed, SUM(prepaid) AS prepaid FROM debt_each GROUP BY customer_id
)
UPDATE customers_customer SET debt = ROUND(opening_debt + debt_whole.owed, 2), prepaid = ROUND(debt_whole.prepaid, 2)
FROM debt_whole WHERE debt_whole.customer_id = customers_customer.id
"""
"""What every customer owes, in one statement; the rates are those of today."""


def what_customers_owe(apps, schema_editor):
    chosen = apps.get_model("kernel", "OptionValue").objects.filter(key=OWN.key).first()
    own = str(chosen.value if chosen is not None else OWN.default)
    known = apps.get_model("people", "ExchangeRate")._base_manager.filter(
        base=own, deleted_at__isnull=True, on__lte=date.today()
    )
    rates = {**dict(known.order_by("on").values_list("currency", "rate")), own: 1}
    places = CURRENCIES[own].places
    values = ", ".join(["(CAST(%s AS text), CAST(%s AS numeric))"] * len(rates))
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            DEBTS.format(rates=values, places=places),
            [str(each) for pair in rates.items() for each in pair],
        )


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0001_initial'),
        ('people', '0003_exchange_rates'),
        ('customers', '0011_debt'),
        ('sales', '0011_worth'),
        ('money', '0002_worth'),
    ]

    operations = [
        migrations.RunPython(what_customers_owe, migrations.RunPython.noop, elidable=True),
    ]
