"""The pages of customers and contacts through HTTP, as seller, manager, outsider and boss."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haike.customers.contact import surnames
from haike.customers.contact.record import Anniversary, Contact
from haike.customers.customer.record import Customer
from haike.customers.relation import CustomerRelation
from haike.customers.testing import make_contact, make_customer
from haike.find.share import Share
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.feature("C1")
def test_who_may_give_customers_away_keeps_his_new_one_unless_he_says_otherwise(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    assert f'<option value="{staff.boss.pk}" selected' in text_of(boss.get("/customers/new"))
    sent = {"form": "business", "kind": "potential", "stage": "prospect"}
    for name, owner in (("老板的有限公司", str(staff.boss.pk)), ("没人的有限公司", "")):
        assert boss.post("/customers/new", {**sent, "name": name, "owner": owner}).status_code == 302
    assert Customer.objects.get(name="老板的有限公司").owner == staff.boss
    assert Customer.objects.get(name="没人的有限公司").owner is None


@pytest.mark.feature("C14", "C16")
def test_days_since_the_last_contact_are_those_of_the_calendar(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "昨晚谈过有限公司")
    late = timezone.localtime().replace(hour=23, minute=59) - timedelta(days=3)
    change.settle(Customer, customer.pk, last_contact_at=late)
    page = text_of(browse(staff.ann).get(f"/customers/{customer.pk}/"))
    assert re.search(r"距上次联系</dt>\s*<dd[^>]*>3 天", page)


@pytest.mark.feature("C14", "P22")
def test_the_timeline_tells_of_bin_and_return_without_inner_facts(staff: Staff, browse: Browse) -> None:
    customer, entity = make_customer(staff.boss, "来回有限公司"), entity_of(Customer)
    entity.restore(entity.remove(customer, by=staff.boss), by=staff.boss)
    page = text_of(browse(staff.boss).get(f"/customers/{customer.pk}/"))
    assert "恢复了" in page
    assert "_deleted" not in page


# -- quick create ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C2")
def test_one_small_form_makes_customer_and_contact(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    form = text_of(ann.get("/customers/new?quick=1"))
    assert 'name="contact-mobile"' in form
    assert 'name="tax_number"' not in form
    answer = ann.post(
        "/customers/new?quick=1",
        {"name": "海蓝科技", "form": "business", "kind": "potential", "stage": "prospect", "contact-name": "王小明",
         "contact-mobile": "138 0013 8000"},
    )  # fmt: skip
    customer = Customer.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/customers/{customer.pk}/"
    assert (customer.owner, customer.main_contact.name, customer.main_contact.mobile) == (
        staff.ann,
        "王小明",
        "13800138000",
    )


@pytest.mark.feature("C2")
def test_a_wrong_contact_leaves_no_customer(staff: Staff, browse: Browse) -> None:
    answer = browse(staff.ann).post(
        "/customers/new?quick=1",
        {"name": "海蓝科技", "form": "business", "kind": "potential", "stage": "prospect", "contact-email": "no mail"},
    )
    assert answer.status_code == 422
    assert 'id="id_contact-email"' in text_of(answer)
    assert 'value="no mail"' in text_of(answer)
    assert not Customer.objects.exists()


@pytest.mark.feature("C2", "C3", "X3")
def test_the_form_warns_of_a_likeness_and_then_obeys(staff: Staff, browse: Browse) -> None:
    make_customer(staff.ann, "深圳市海蓝科技有限公司")
    cat = browse(staff.cat)
    sent = {"name": "海蓝科技（深圳）有限公司", "form": "business", "kind": "potential", "stage": "prospect"}
    answer = cat.post("/customers/new?quick=1", sent)
    assert answer.status_code == 422
    assert Customer.objects.count() == 1
    page = text_of(answer)
    assert staff.ann.name in page
    assert "深圳市海蓝科技有限公司" not in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    assert cat.post("/customers/new?quick=1", {**sent, "seen": seen[1]}).status_code == 302
    assert Customer.objects.filter(owner=staff.cat).count() == 1
    # Two likenesses are two lines, which a browser sends with line ends of its own.
    sent["name"] = "海蓝科技（深圳）股份有限公司"
    seen = re.search(r'name="seen" value="([^"]*)"', text_of(cat.post("/customers/new?quick=1", sent)))
    assert seen is not None
    lines = html.unescape(seen[1]).replace("\n", "\r\n")
    assert "\r\n" in lines
    assert cat.post("/customers/new?quick=1", {**sent, "seen": lines}).status_code == 302


GRID = "/customers/grid"


@pytest.mark.feature("C2")
def test_rows_pasted_from_excel_become_customers(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    first_line = '海蓝科技\t王小明\t经理\t13800138000\t\t广东深圳\t科技园\t展会\t"两行\n备注"\r\n'
    pasted = f"{first_line}北山机械\t\t\t\t0755-26001234\t\t\t\t\r\n"
    page = text_of(ann.post(GRID, {"pasted": pasted, "do": "paste"}))
    assert 'value="海蓝科技"' in page
    assert not Customer.objects.exists()
    answer = ann.post(GRID, {"pasted": pasted, "do": "save"})
    assert answer.status_code == 302
    first, second = Customer.objects.order_by("id")
    assert (first.name, first.region[:4], first.source, first.remark) == ("海蓝科技", "4403", "fair", "两行 备注")
    assert (first.main_contact.name, first.main_contact.post) == ("王小明", "经理")
    assert (second.name, second.main_contact) == ("北山机械", None)


@pytest.mark.feature("C2")
def test_faulty_rows_stay_and_good_ones_are_saved(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    make_customer(staff.ann, "南海贸易有限公司")
    pasted = "海蓝科技\t\t\t\t\t\t\t\t\n坏电话公司\t\t\t\tabc\t\t\t\t\n南海贸易\t\t\t\t\t\t\t\t"
    answer = ann.post(GRID, {"pasted": pasted, "do": "save"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert set(Customer.objects.values_list("name", flat=True)) == {"南海贸易有限公司", "海蓝科技"}
    assert 'value="坏电话公司"' in page
    assert 'value="abc"' in page
    assert 'value="海蓝科技"' not in page
    assert "南海贸易有限公司" in page
    ann.post(GRID, {"pasted": "南海贸易\t\t\t\t\t\t\t\t", "do": "save", "sure": "1"})
    assert Customer.objects.filter(name="南海贸易").exists()


# -- list --------------------------------------------------------------------------------------------------------------


def names_in(page: str) -> set[str]:
    return set(re.findall(r'class="row-link"[^>]*>([^<]+)<', page))


@pytest.mark.feature("C5")
def test_every_tab_holds_what_it_says(staff: Staff, browse: Browse) -> None:
    now = timezone.now()
    lists: dict[str, dict[str, Any]] = {
        "individual": {"form": "individual"}, "vip": {"kind": "vip"}, "agents": {"kind": "agent"},
        "partners": {"kind": "partner"}, "lost": {"kind": "lost"}, "suppliers": {"kind": "supplier"},
        "competitors": {"kind": "competitor"}, "normal": {"kind": "normal"}, "intents": {"stage": "intent"},
        "to_sign": {"stage": "to_sign"}, "paused": {"stage": "paused"}, "hot": {"heat": "high"},
    }  # fmt: skip
    for tab, values in lists.items():
        make_customer(staff.ann, f"客户{tab}", **values)
    make_customer(staff.ann, "不再热", heat="high", heat_until=(now.replace(year=now.year - 1)).date())
    ann = browse(staff.ann)
    for tab in lists:
        assert names_in(text_of(ann.get(f"/customers/?tab={tab}&size=100"))) == {f"客户{tab}"}, tab
    everything = {f"客户{tab}" for tab in lists} | {"不再热"}
    for tab in ("all", "mine", "never", "new_today", "new_this_week", "new_this_month"):
        assert names_in(text_of(ann.get(f"/customers/?tab={tab}&size=100"))) == everything, tab
    for tab in ("contacted_today", "visited_today", "due_today", "overdue", "stale"):
        assert names_in(text_of(ann.get(f"/customers/?tab={tab}"))) == set(), tab


@pytest.mark.feature("C4")
@pytest.mark.parametrize("words", ["海蓝", "hlkj", "hailan", "0013", "王总", "KH", "海蓝 王", "blue", "王", "138 王总"])
def test_a_customer_is_found_by_any_piece(staff: Staff, browse: Browse, words: str) -> None:
    found = make_customer(staff.ann, "海蓝科技", mobile="13800138000", mnemonic="blue")
    make_contact(staff.ann, found, "王总")
    make_customer(staff.cat, "海蓝贸易", mobile="13900130000")
    page = text_of(browse(staff.ann).get("/customers/", {"q": words}))
    assert names_in(page) == {"海蓝科技"}
    assert names_in(text_of(browse(staff.cat).get("/customers/", {"q": "海蓝科技"}))) == set()


@pytest.mark.feature("C5")
def test_regions_and_people_stand_beside_the_list(staff: Staff, browse: Browse) -> None:
    make_customer(staff.ann, "深圳客户", region="440300")
    make_customer(staff.ben, "北京客户", region="110000")
    make_customer(staff.cat, "上海客户", region="310000")
    mine = text_of(browse(staff.ann).get("/customers/"))
    assert "广东" in mine
    assert "北京" not in mine
    assert staff.cat.name not in mine
    his = text_of(browse(staff.ben).get("/customers/"))
    assert "北京" in his
    assert staff.ann.name in his
    assert "上海" not in his
    links = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', his[his.index('class="list-side"') :])
    by_label = {label: url.replace("&amp;", "&") for url, label in links}
    assert names_in(text_of(browse(staff.ben).get(by_label[staff.ann.name]))) == {"深圳客户"}
    assert names_in(text_of(browse(staff.ben).get(by_label["北京"]))) == {"北京客户"}


# -- record page -------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C14")
def test_the_page_shows_everything_about_a_customer(staff: Staff, browse: Browse) -> None:
    parent = make_customer(staff.ann, "母公司")
    customer = make_customer(staff.ann, "海蓝科技", heat="high", opening_debt=1234, parent=parent)
    chief = make_contact(staff.ann, customer, "赵总", decision_role="decider", department_name="总经办", email="z@a.cn")
    make_contact(staff.ann, customer, "钱二", reports_to=chief, department_name="采购部", mobile="13800138000")
    other = make_customer(staff.ann, "兄弟公司")
    entity_of(CustomerRelation).create(by=staff.ann, customer=other, other=customer, kind="sister")
    ann = browse(staff.ann)
    page = text_of(ann.get(f"/customers/{customer.pk}/"))
    for piece in ("海蓝科技", "高热", "1,234.00", "timeline"):
        assert piece in page, piece
    contacts = text_of(ann.get(f"/customers/{customer.pk}/?tab=contacts"))
    for piece in ("赵总", "钱二", "tel:13800138000", "sms:13800138000", "mailto:?bcc=z@a.cn"):
        assert piece in contacts, piece
    chart = text_of(ann.get(f"/customers/{customer.pk}/panel/chart"))
    assert chart.index("赵总") < chart.index("钱二")
    assert "决策者" in chart
    assert "总经办" in chart
    family = text_of(ann.get(f"/customers/{customer.pk}/panel/family"))
    assert "母公司" in family
    assert "兄弟公司" in family
    assert staff.ann.name in text_of(ann.get(f"/customers/{customer.pk}/panel/team"))
    assert text_of(ann.get(f"/customers/{customer.pk}/?tab=log")).count("log-entry") == 1


@pytest.mark.feature("C14")
def test_the_page_is_the_same_number_of_queries_however_much_there_is(staff: Staff, browse: Browse) -> None:
    small, large = make_customer(staff.ann, "小"), make_customer(staff.ann, "大")
    for number in range(15):
        make_contact(staff.ann, large, f"王{number}", mobile=f"138001380{number:02}")
        entity_of(Customer).change(large, by=staff.ann, remark=f"改{number}", owner=staff.ann)
    ann = browse(staff.ann)

    def queries(customer: Customer) -> int:
        ann.get(f"/customers/{customer.pk}/")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert ann.get(f"/customers/{customer.pk}/").status_code == 200
        return len(captured)

    few, many = queries(small), queries(large)
    assert many <= few + 2
    assert many <= 20


@pytest.mark.feature("C14")
def test_the_card_has_what_one_may_read(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "海蓝科技", phone="0755-26001234", tax_number="91440300708461136T")
    make_contact(staff.ann, customer, "王小明", mobile="13800138000")
    page = text_of(browse(staff.ann).get(f"/customers/{customer.pk}/card"))
    assert "0755" in page
    assert "王小明" in page
    assert "91440300708461136T" in page
    assert browse(staff.cat).get(f"/customers/{customer.pk}/card").status_code == 404


@pytest.mark.feature("C14")
def test_the_stage_is_a_path_one_can_click(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    ann = browse(staff.ann)
    url = f"/customers/{customer.pk}/stage/intent"
    assert url in text_of(ann.get(f"/customers/{customer.pk}/"))
    assert "有意向" in text_of(ann.get(url))
    assert browse(staff.cat).post(url).status_code == 404
    assert Customer.objects.get().stage == "prospect"
    assert ann.post(url).status_code == 302
    assert Customer.objects.get().stage == "intent"
    assert ann.get(f"/customers/{customer.pk}/stage/nonsense").status_code == 404


OUTSIDE = [
    "",
    "edit",
    "panel/timeline",
    "panel/contacts",
    "panel/chart",
    "panel/family",
    "panel/team",
    "card",
    "log",
    "stage/intent",
]


@pytest.mark.feature("C14", "P9")
@pytest.mark.parametrize("path", OUTSIDE)
def test_an_outsider_finds_nothing(staff: Staff, browse: Browse, path: str) -> None:
    customer = make_customer(staff.ann)
    assert browse(staff.ann).get(f"/customers/{customer.pk}/{path}").status_code == 200
    assert browse(staff.cat).get(f"/customers/{customer.pk}/{path}").status_code == 404
    assert browse(staff.boss).get(f"/customers/{customer.pk}/{path}").status_code == 200


# -- timeline ----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C14")
def test_the_timeline_goes_on_by_place_without_gaps(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    for number in range(45):
        customer = entity_of(Customer).change(customer, by=staff.ann, remark=f"第{number}次")
    ann, seen, url = browse(staff.ann), [], f"/customers/{customer.pk}/panel/timeline"
    while url:
        page = text_of(ann.get(url, headers=HTMX))
        seen += re.findall(r"<span>第(\d+)次</span>", page)
        found = re.search(r'hx-get="([^"]*before=[^"]*)"', page)
        url = found[1].replace("&amp;", "&") if found else ""
    assert [int(number) for number in seen] == list(range(44, -1, -1))
    assert ann.get(f"/customers/{customer.pk}/?before=nonsense").status_code == 200


# -- contacts ----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C18")
def test_contacts_are_listed_by_surname_and_letter(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    for name in ("王小明", "王大力", "欧阳锋", "李四", "吴用"):
        make_contact(staff.ann, customer, name)
    make_contact(staff.cat, make_customer(staff.cat, "别家"), "赵六")
    ann = browse(staff.ann)
    page = text_of(ann.get("/contacts/"))
    side = page[page.index('class="list-side"') :]
    links = {label: url.replace("&amp;", "&") for url, label in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', side)}
    assert "赵" not in links
    assert "Z" not in links
    assert names_in(text_of(ann.get(links["王"]))) == {"王小明", "王大力"}
    assert names_in(text_of(ann.get(links["W"]))) == {"王小明", "王大力", "吴用"}
    book = text_of(ann.get("/contacts/book/?letter=W&surname=王"))
    assert "王小明" in book
    assert "吴用" not in book
    assert "欧阳锋" in text_of(ann.get("/contacts/book/?q=oyf"))
    assert "赵六" not in text_of(ann.get("/contacts/book/"))


@pytest.mark.feature("C18")
@pytest.mark.parametrize("few", [500, 1])
def test_surnames_of_many_contacts_are_those_of_a_plain_reading(
    staff: Staff, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    customer = make_customer(staff.ann)
    for name in ("王小明", "欧阳锋", "Alice Wong", "Bob Wong", "Zoe Wong", "007", "Łukasz", "zz", "王五"):
        make_contact(staff.ann, customer, name)
    make_contact(staff.cat, make_customer(staff.cat, "别家"), "赵六")
    monkeypatch.setattr(surnames, "FEW", few)
    for user in (staff.ann, staff.cat, staff.boss):
        plain = Contact.objects.visible_to(user).values_list("letter", "surname")
        cache.clear()
        found = surnames.surnames_of(user)
        assert found.used == sorted(set(plain))
        assert set(found.common) == {surname for __, surname in plain}
    assert found.common[0] in {"王", ""}
    cache.clear()


@pytest.mark.feature("C18")
def test_several_chosen_get_one_mail(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    one = make_contact(staff.ann, customer, "王一", email="a@b.cn", mobile="13800138000")
    two = make_contact(staff.ann, customer, "王二", email="c@d.cn")
    foreign = make_contact(staff.cat, make_customer(staff.cat, "别家"), "赵六", email="x@y.cn")
    page = text_of(browse(staff.ann).get("/contacts/chosen", {"ids": [one.pk, two.pk, foreign.pk]}))
    assert "mailto:?bcc=c@d.cn,a@b.cn" in page or "mailto:?bcc=a@b.cn,c@d.cn" in page
    assert "13800138000" in page
    assert "x@y.cn" not in page
    assert "赵六" not in page


@pytest.mark.feature("C18")
def test_birthdays_of_a_month_in_both_calendars(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    make_contact(staff.ann, customer, "阳历人", birthday="1980-09-05")
    make_contact(staff.ann, customer, "农历人", birthday="lunar 1980-08-15")
    make_contact(staff.ann, customer, "别月人", birthday="10-20")
    make_customer(staff.ann, "个人客户", form="individual", birthday="09-30")
    wife = make_contact(staff.ann, customer, "有纪念日的人")
    entity_of(Anniversary).create(by=staff.ann, contact=wife, kind="wedding", day="2010-09-09")
    make_contact(staff.cat, make_customer(staff.cat, "别家"), "外人", birthday="09-01")
    # In 2026 the 15th of the eighth lunar month is 25 September.
    page = text_of(browse(staff.ann).get("/contacts/birthdays/?month=2026-09"))
    for piece in ("09-05", "阳历人", "09-25", "农历人", "个人客户", "结婚纪念日", "16 年"):
        assert piece in page, piece
    assert "别月人" not in page
    assert "外人" not in page
    assert browse(staff.ann).get("/contacts/birthdays/?month=x").status_code == 200


@pytest.mark.feature("C17")
def test_the_main_contact_is_changed_by_a_click(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    make_contact(staff.ann, customer, "王一")
    second = make_contact(staff.ann, customer, "王二")
    url = f"/contacts/{second.pk}/main"
    assert browse(staff.cat).post(url).status_code == 404
    assert Customer.objects.get(pk=customer.pk).main_contact.name == "王一"
    assert browse(staff.ann).post(url).status_code == 302
    assert Customer.objects.get(pk=customer.pk).main_contact == second


@pytest.mark.feature("C19")
def test_a_click_reaches_a_person(staff: Staff, browse: Browse) -> None:
    contact = make_contact(
        staff.ann, make_customer(staff.ann), mobile="13800138000", email="w@h.cn", qq="123456", wechat="wxm_88"
    )
    page = text_of(browse(staff.ann).get(f"/contacts/{contact.pk}/"))
    for link in (
        "tel:13800138000",
        "sms:13800138000",
        "mailto:w@h.cn",
        "tencent://message/?uin=123456",
        'data-copy="wxm_88"',
    ):
        assert link in page, link


@pytest.mark.feature("C17")
def test_the_form_speaks_of_a_wrong_birthday_and_qq(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    sent = {"customer": customer.pk, "name": "王小明", "birthday": "2月30日", "qq": "12x"}
    answer = browse(staff.ann).post("/contacts/new", sent)
    assert answer.status_code == 422
    assert not Contact.objects.exists()
    answer = browse(staff.ann).post("/contacts/new", {**sent, "birthday": "农历八月十五", "qq": "12345678"})
    assert answer.status_code == 302
    assert Contact.objects.get().birthday == "lunar 08-15"


@pytest.mark.feature("C4")
def test_the_page_asks_for_its_numbers_at_once_and_for_shares_once(staff: Staff, browse: Browse) -> None:
    mine, known, unknown = (make_customer(by, f"宁波{n}号") for n, by in enumerate((staff.cat, staff.cat, staff.boss)))
    for one, other in ((mine, known), (unknown, mine)):
        entity_of(CustomerRelation).create(by=staff.boss, customer=one, other=other, kind="sister")
    Share.objects.create(entity="customers.customer", record_id=mine.pk, user=staff.ben)
    ben = browse(staff.ben)
    for can_write, seen in ((False, 0), (True, 1)):
        Share.objects.filter(user=staff.ben).update(can_write=can_write)
        if seen:
            Share.objects.create(entity="customers.customer", record_id=known.pk, user=staff.ben)
        with CaptureQueriesContext(connection) as caught:
            page = ben.get(f"/customers/{mine.pk}/").context["page"]
        asks = [query["sql"] for query in caught.captured_queries]
        assert sum(sql.startswith('SELECT "kernel_share"') for sql in asks) == 1
        assert sum(" AS place" in sql and sql.startswith("SELECT 0") for sql in asks) == 1
        assert next(tab["count"] for tab in page.tabs if tab["key"] == "family") == seen
        assert page.may_edit is can_write
