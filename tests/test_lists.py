"""Lists as users work with them: categories, filters, views, columns, order, totals, archive, several at once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from haike.customers.customer.record import Customer
from haike.find.finder import Find
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("P14")


def make(by: User, name: str, **values: Any) -> Customer:
    return entity_of(Customer).create(by=by, name=name, **values)  # type: ignore[no-any-return]


def names(client: Client, **query: Any) -> list[str]:
    if "f" in query:
        query["f"] = orjson.dumps(query["f"]).decode()
    page = client.get(f"/customers/?{urlencode(query)}")
    assert page.status_code == 200
    return [row.title for row in page.context["list"].rows]


def line(field: str, op: str, value: Any = "") -> dict[str, Any]:
    return {"all": [{"field": field, "op": op, "value": value}]}


@pytest.fixture
def some(staff: Staff) -> dict[str, Customer]:
    return {
        "a": make(staff.ann, "甲公司", level="important", opening_debt=Decimal("100.50"), phone="075523456789"),
        "b": make(staff.ann, "乙公司", opening_debt=Decimal(20), region="440305"),
        "c": make(staff.ben, "丙公司", region="310104"),
    }


def test_names_are_sorted_by_pinyin(staff: Staff, browse: Browse) -> None:
    for name in ("重庆火锅店", "阿里山茶行", "海客科技", "张三丰武馆", "曾氏木业"):
        make(staff.ann, name)
    assert names(browse(staff.ann), sort="name") == ["阿里山茶行", "重庆火锅店", "海客科技", "曾氏木业", "张三丰武馆"]


@pytest.mark.parametrize(
    ("f", "found"),
    [
        (line("name", "contains", "甲"), {"甲公司"}),
        (line("name", "lacks", "甲"), {"乙公司", "丙公司"}),
        (line("phone", "contains", "2345 67"), {"甲公司"}),
        (line("phone", "empty"), {"乙公司", "丙公司"}),
        (line("debt", "more", "20"), {"甲公司"}),
        (line("debt", "between", ["10", "50"]), {"乙公司"}),
        (line("region", "in", "440300"), {"乙公司"}),
        (line("region", "outside", "广东省"), {"甲公司", "丙公司"}),
        (line("created_at", "in", "today"), {"甲公司", "乙公司", "丙公司"}),
        (line("created_at", "older", "3"), set()),
        (line("last_contact_at", "stale", "7"), {"甲公司", "乙公司", "丙公司"}),
        (line("owner", "one_of", ["me"]), {"丙公司"}),
        (
            {"any": [{"field": "name", "op": "is", "value": "甲公司"}, line("name", "is", "乙公司")]},
            {"甲公司", "乙公司"},
        ),
    ],
)
def test_filters(f: dict[str, Any], found: set[str], some: dict[str, Customer], staff: Staff, browse: Browse) -> None:
    assert set(names(browse(staff.ben), f=f)) == found


def test_each_part_of_a_filter_is_a_chip_and_all_go_with_one_click(
    some: dict[str, Customer], staff: Staff, browse: Browse
) -> None:
    f = {"all": [*line("name", "contains", "公司")["all"], *line("debt", "more", "1")["all"]]}
    page = browse(staff.ben).get(f"/customers/?f={orjson.dumps(f).decode()}").context["list"]
    assert [chip.text for chip in page.chips] == ["名称 包含 公司", "欠款 大于 1"] or len(page.chips) == 2
    assert "f=" not in page.clear_url


def test_the_builder_makes_what_the_list_understands(some: dict[str, Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ben)
    answer = client.post(
        "/customers/filter",
        {
            "apply": "1", "match": "all", "group-0-match": "any",
            "row-0-group": "0", "row-0-field": "name", "row-0-operator": "contains", "row-0-value": "甲",
            "row-1-group": "0", "row-1-field": "name", "row-1-operator": "contains", "row-1-value": "乙",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    page = client.get(answer["Location"]).context["list"]
    assert {row.title for row in page.rows} == {"甲公司", "乙公司"}


def test_a_wrong_value_is_told_beside_its_line(some: dict[str, Customer], staff: Staff, browse: Browse) -> None:
    answer = browse(staff.ben).post(
        "/customers/filter",
        {"apply": "1", "row-0-group": "0", "row-0-field": "debt", "row-0-operator": "more", "row-0-value": "viel"},
    )
    assert answer.status_code == 422
    assert "“viel”" in answer.content.decode()


def test_views_are_saved_shared_with_the_role_and_deleted(
    some: dict[str, Customer], staff: Staff, browse: Browse
) -> None:
    ann, cat = browse(staff.ann), browse(staff.cat)
    assert ann.post("/customers/views/new?tab=all&q=甲", {"name": "我的甲"}).status_code == 302
    view = ann.get("/customers/").context["list"].views[0]
    assert (view.name, view.mine) == ("我的甲", True)
    assert [row.title for row in ann.get(view.url).context["list"].rows] == ["甲公司"]
    assert cat.get("/customers/").context["list"].views == []
    pk = int(view.delete_url.split("/")[3])
    assert ann.post(f"/customers/views/{pk}/share").status_code == 302
    assert cat.get("/customers/").context["list"].views[0].mine is False
    assert cat.post(view.delete_url).status_code == 404
    assert ann.post(view.delete_url).status_code == 302
    assert ann.get("/customers/").context["list"].views == []


def test_columns_are_chosen_and_set_back(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    client.post("/customers/columns", {"column": ["name", "email", "phone"]})
    assert [column.name for column in client.get("/customers/").context["list"].columns] == ["name", "email", "phone"]
    client.post("/customers/columns", {"reset": "1"})
    assert len(client.get("/customers/").context["list"].columns) > 3


@pytest.mark.parametrize("size", [10, 20, 30, 50, 100])
def test_page_sizes(size: int, staff: Staff, browse: Browse) -> None:
    assert browse(staff.ann).get(f"/customers/?size={size}").context["list"].size == size


def test_pages_lead_on_and_back_without_loss(staff: Staff, browse: Browse) -> None:
    for number in range(25):
        make(staff.ann, f"公司{number:02}")
    client, seen, url = browse(staff.ann), [], "/customers/?size=10&sort=name"
    while url:
        page = client.get(url).context["list"]
        seen += [row.title for row in page.rows]
        url = page.pager.next
    assert seen == [f"公司{number:02}" for number in range(25)]


def test_page_numbers_come_with_the_count(staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(71):
        make(staff.ann, f"公司{number:02}")
    client = browse(staff.ann)

    def shown(text: str) -> list[str]:
        start = text.index("list-pages")
        end = min(place for place in (text.find(end, start) for end in ("</div>", "</hx-partial>")) if place > 0)
        return re.findall(r"<(?:a|span)[^>]*>([^<]+)</", text[start:end])

    def page(**query: Any) -> tuple[list[str], list[str]]:
        query = {"size": 10, **query}
        count = client.get("/customers/count", query, headers={"HX-Request": "true"}).content.decode()
        return shown(client.get("/customers/", query).content.decode()), shown(count)

    assert page() == (["1", "2"], ["1", "2", "3", "4", "5", "…", "8"])
    before, after = page(page=6)
    assert before == ["1", "…", "5", "6", "7"]
    assert after == [*before, "8"]
    assert page(page=8) == (["1", "…", "7", "8"], ["1", "…", "7", "8"])
    assert page(size=100) == (["1"], ["1"])
    count = client.get("/customers/count?size=10&sort=name", headers={"HX-Request": "true"}).content.decode()
    url = html.unescape(re.findall(r'href="([^"]+)"[^>]*>8<', count)[0])
    assert [row.title for row in client.get(url).context["list"].rows] == ["公司70"]
    monkeypatch.setattr(Find, "count", lambda find: (10_001, True))
    assert page()[1] == ["1", "2", "3", "4", "5", "…", "1000", "…"]


def test_count_and_totals_over_everything_found(some: dict[str, Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ben)
    client.post("/customers/columns", {"column": ["name", "debt"]})
    text = client.get("/customers/count?size=10", headers={"HX-Request": "true"}).content.decode()
    assert "3" in text
    assert text.count("120.50") == 2, "this page and everything found"


@pytest.mark.feature("P22")
def test_archived_ones_leave_the_list_and_stay_findable(
    some: dict[str, Customer], staff: Staff, browse: Browse
) -> None:
    client = browse(staff.ann)
    assert client.post(f"/customers/{some['a'].pk}/archive").status_code == 302
    assert "甲公司" not in names(client)
    assert names(client, q="甲公司") == ["甲公司"]
    assert names(client, archived="1") == ["甲公司"]


def test_several_are_deleted_as_one_batch(some: dict[str, Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    ids = f"{some['a'].pk},{some['b'].pk}"
    assert client.post("/customers/bulk/delete", {"ids": ids}).status_code == 200
    assert Customer.objects.live().count() == 3
    assert client.post("/customers/bulk/delete", {"ids": ids, "sure": "1"}).status_code == 302
    assert set(Customer.objects.live().values_list("name", flat=True)) == {"丙公司"}


@pytest.mark.feature("P22")
def test_only_the_boss_deletes_for_good(some: dict[str, Customer], staff: Staff, browse: Browse) -> None:
    customer = some["a"]
    change.remove(customer, by=staff.boss)
    assert browse(staff.ben).post(f"/customers/{customer.pk}/purge").status_code in (404, 422)
    assert Customer._base_manager.filter(pk=customer.pk).exists()
    assert browse(staff.boss).post(f"/customers/{customer.pk}/purge").status_code == 302
    assert not Customer._base_manager.filter(pk=customer.pk).exists()


@pytest.mark.feature("P27", "X1")
@pytest.mark.parametrize("words", ["深圳海", "szhk", "shenzhen", "hai ke", "6789", "王小", "wxm"])
def test_anything_is_found_by_pieces_pinyin_and_digits(words: str, staff: Staff, browse: Browse) -> None:
    customer = make(staff.ann, "深圳海客科技有限公司", phone="0755-23456789")
    contact = entity_of(type(customer).contacts.rel.related_model)
    contact.create(by=staff.ann, customer=customer, name="王小明")
    assert "深圳海客科技有限公司" in browse(staff.ann).get("/palette", {"q": words}).content.decode()
    assert "深圳海客科技有限公司" not in browse(staff.cat).get("/palette", {"q": words}).content.decode()


@pytest.mark.feature("P26")
def test_recent_records_and_open_tabs(some: dict[str, Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    client.get(f"/customers/{some['a'].pk}/")
    client.get(f"/customers/{some['b'].pk}/")
    found = client.get("/palette").content.decode()
    assert found.index("乙公司") < found.index("甲公司")
    assert client.post(f"/customers/{some['a'].pk}/close").status_code == 204


@pytest.mark.feature("P9")
def test_a_share_opens_one_record_to_one_colleague(some: dict[str, Customer], staff: Staff, browse: Browse) -> None:
    url, cat = f"/customers/{some['a'].pk}/", browse(staff.cat)
    assert cat.get(url).status_code == 404
    assert browse(staff.boss).post(f"{url}share", {"owner": staff.cat.pk}).status_code == 302
    assert cat.get(url).status_code == 200
    assert names(cat) == ["甲公司"]
    assert cat.post(f"{url}edit", {"name": "改名"}).status_code == 404
    assert browse(staff.boss).post(f"{url}share", {"owner": staff.cat.pk, "can_write": "1"}).status_code == 302
    assert cat.get(f"{url}edit").status_code == 200
    share = browse(staff.boss).get(f"{url}share").content.decode()
    pk = share.split('name="end" value="')[1].split('"')[0]
    assert browse(staff.boss).post(f"{url}share", {"end": pk}).status_code == 302
    assert cat.get(url).status_code == 404


def test_a_transfer_takes_contacts_along_and_is_refused_to_the_owner(
    some: dict[str, Customer], staff: Staff, browse: Browse
) -> None:
    url, boss = f"/customers/{some['a'].pk}/transfer", browse(staff.boss)
    assert boss.post(url, {"owner": staff.ann.pk}).status_code == 422
    assert boss.post(url, {"owner": staff.cat.pk}).status_code == 302
    some["a"].refresh_from_db()
    assert (some["a"].owner, some["a"].department) == (staff.cat, staff.east)
    assert names(browse(staff.cat)) == ["甲公司"]
    assert "甲公司" not in names(browse(staff.ann))


def test_the_clock_of_relative_dates_is_the_companys(staff: Staff, browse: Browse) -> None:
    made = make(staff.ann, "今天的公司")
    assert timezone.localdate(made.created_at) == timezone.localdate()
    assert names(browse(staff.ann), f=line("created_at", "in", "yesterday")) == []
