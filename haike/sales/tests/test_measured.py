"""docs/lead-scores.md says what is measured; `WRITE_LEAD_SCORES=1 pytest …` writes it anew."""

import os

import pytest

from haike.people.testing import Staff
from haike.sales.lead.score.scored import LEADS
from haike.sales.score.rules import add_usual
from haike.sales.tests.measured import BEGIN, DOCS, END, SIZES, make_history, measure


@pytest.mark.django_db
@pytest.mark.feature("L6")
def test_the_table_of_rules_and_model_is_what_is_measured(staff: Staff) -> None:
    add_usual(LEADS, by=staff.boss)
    lines = measure(make_history(max(SIZES), staff.ann))
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    told, after = rest.split(END)
    if os.environ.get("WRITE_LEAD_SCORES"):
        DOCS.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")
        return
    assert told.split("\n")[1:-1] == lines
    # With a thousand cases the learned model must beat the rules that are proposed, and be better calibrated.
    rules, model = [line.split(" | ") for line in lines if "1,000" in line][:2]
    assert float(model[3]) > float(rules[3]) + 0.03
    assert float(model[4].rstrip(" |")) < float(rules[4].rstrip(" |"))
