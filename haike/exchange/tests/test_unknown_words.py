"""Words that are on no pick-list: said once what they mean, instead of a third of the rows refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from haike.customers.models import Customer
from haike.exchange.models import ImportRun
from haike.exchange.tests.test_import import Browse, bring_in, sheet, upload
from haike.kernel.dictionary import DictionaryWord
from haike.kernel.log import Change
from haike.people.testing import Staff

pytestmark = pytest.mark.feature("P17")

ROWS = [
    ["甲有限公司", "", "", "", "网络推广", "", ""],
    ["乙有限公司", "", "", "", "网络推广", "", ""],
    ["丙有限公司", "", "", "", "老板朋友", "", ""],
    ["丁有限公司", "", "", "", "搜索引擎", "", ""],
]


def asked(client: Client, run: ImportRun) -> dict[str, Any]:
    """The unknown words of the page by their text."""
    return {each.word: each for each in client.get(f"/imports/{run.pk}/").context["unknown"]}


def sources(*names: str) -> list[str | None]:
    return [Customer.objects.get(name=name).source for name in names]


def test_what_they_mean_is_chosen_or_left_empty(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    run = upload(client, sheet(ROWS))
    words = asked(client, run)
    assert {word: each.rows for word, each in words.items()} == {"网络推广": 2, "老板朋友": 1}
    assert not words["网络推广"].may_add, "she does not keep the lists"
    fair = next(code for code, text in words["网络推广"].options.items() if text == "展会")
    chosen = {words["网络推广"].field: fair, words["老板朋友"].field: "-"}
    shown = client.get(f"/imports/{run.pk}/").context["columns"]
    columns = {f"column-{each['index']}": each["field"] for each in shown}
    page = client.post(f"/imports/{run.pk}/", {"assigned": "1", **columns, **chosen})
    cells = [row["cells"][4] for row in page.context["preview"]]
    assert [cell["text"] for cell in cells] == ["展会", "展会", "老板朋友", "搜索引擎"]
    assert not any(cell["fault"] for cell in cells)
    assert "selected>展会" in page.content.decode(), "what was chosen stays"
    run = bring_in(client, run, **chosen)
    assert (run.created, run.faulty) == (4, 0)
    assert sources("甲有限公司", "乙有限公司", "丙有限公司") == [fair.removeprefix("=")] * 2 + [None]


def test_who_keeps_the_lists_puts_them_there(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    run = upload(client, sheet(ROWS))
    words = asked(client, run)
    run = bring_in(client, run, **{words["网络推广"].field: "+"})
    assert (run.created, run.faulty) == (3, 1), "of the other word nothing was said"
    word = DictionaryWord.objects.get(name="网络推广")
    assert sources("甲有限公司", "乙有限公司") == [word.code] * 2
    assert Change.objects.filter(entity="kernel.dictionaryword", record_id=word.pk, by=staff.boss).exists()


def test_an_import_that_does_not_start_leaves_the_lists_alone(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    run = upload(client, sheet(ROWS))
    field = asked(client, run)["网络推广"].field
    answer = client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "column-4": "source", field: "+"})
    assert answer.status_code == 422, "no column goes to the name"
    assert not DictionaryWord.objects.filter(name="网络推广").exists()
    # Nor does one who does not keep them by writing his own form.
    ann = browse(staff.ann)
    run = bring_in(ann, upload(ann, sheet(ROWS)), **{field: "+"})
    assert (run.created, run.faulty) == (1, 3)
    assert not DictionaryWord.objects.filter(name="网络推广").exists()


def test_a_column_of_many_words_is_no_list(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    many = [[f"{n}号有限公司", "", "", "", f"来源{n}", "", ""] for n in range(61)]
    assert asked(client, upload(client, sheet(many))) == {}
