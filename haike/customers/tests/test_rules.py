"""The rules of customers and contacts, whoever calls them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haike.customers.contact.actions import make_main, move_contact
from haike.customers.contact.record import Anniversary, Contact
from haike.customers.customer.actions import plan_contact, quick_create
from haike.customers.customer.duplicates import CUSTOMER
from haike.customers.customer.family import Member, add_up, members
from haike.customers.customer.record import INDIVIDUAL, Customer
from haike.customers.relation import CustomerRelation
from haike.customers.testing import make_contact, make_customer
from haike.dedupe.match import find_matches
from haike.kernel.change import purge
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.policy import System
from haike.people.testing import Staff
from haike.refused import Refused

GOOD_CODE = "91440300708461136T"


def log_of(record: Any) -> list[Change]:
    return list(Change.objects.filter(entity=entity_of(type(record)).label, record_id=record.pk).order_by("id"))


# -- customers ---------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C1")
def test_a_customer_gets_number_owner_and_keys(staff: Staff) -> None:
    customer = make_customer(staff.ann, "深圳市海蓝科技有限公司", mobile="13800138000")
    assert customer.number.startswith("KH")
    assert customer.number.endswith("00001")
    assert (customer.owner, customer.department) == (staff.ann, staff.ann.department)
    assert (customer.kind, customer.stage, customer.form) == ("potential", "prospect", "business")
    assert customer.name_key == make_customer(staff.ann, "海蓝科技(深圳)有限责任公司").name_key
    assert customer.name_pinyin.startswith("shen zhen")
    assert [change.action for change in log_of(customer)] == ["create"]


@pytest.mark.feature("C1", "X3")
@pytest.mark.parametrize("number", ["91440300708461136X", "12345", "9144030070846113IT"])
def test_a_wrong_tax_number_is_refused(staff: Staff, number: str) -> None:
    with pytest.raises(Refused) as no:
        make_customer(staff.ann, tax_number=number)
    assert "tax_number" in no.value.fields
    assert not Customer.objects.exists()


@pytest.mark.feature("C1", "X3")
def test_a_good_tax_number_is_kept_in_its_normal_form(staff: Staff) -> None:
    assert make_customer(staff.ann, tax_number=GOOD_CODE.lower()).tax_number == GOOD_CODE
    assert make_customer(staff.ann, tax_number="440300708461136").tax_number == "440300708461136"


@pytest.mark.feature("C1")
def test_heat_takes_its_reason_along(staff: Staff) -> None:
    customer = make_customer(staff.ann, heat="high", heat_reason="about_to_sign")
    cooled = entity_of(Customer).change(customer, by=staff.ann, heat=None)
    assert (cooled.heat, cooled.heat_reason) == (None, None)


@pytest.mark.feature("C9")
def test_a_group_cannot_bite_its_tail(staff: Staff) -> None:
    top = make_customer(staff.ann, "集团")
    middle = make_customer(staff.ann, "中间公司", parent=top)
    low = make_customer(staff.ann, "下属公司", parent=middle)
    for parent in (top, middle, low):
        with pytest.raises(Refused) as no:
            entity_of(Customer).change(top, by=staff.ann, parent=parent)
        assert "parent" in no.value.fields
    top.refresh_from_db()
    assert top.parent is None
    assert top.version == 1
    with pytest.raises(Refused):
        entity_of(Customer).change(top, by=staff.ann, dealer=top)


@pytest.mark.feature("C9")
def test_sums_roll_up_over_what_one_sees(staff: Staff) -> None:
    top = make_customer(staff.ann, "集团", opening_debt=100)
    middle = make_customer(staff.ann, "中间公司", parent=top, opening_debt=20)
    make_customer(staff.ann, "甲", parent=middle, opening_debt=3)
    make_customer(staff.ann, "乙", parent=middle, opening_debt=4)
    hidden = make_customer(staff.cat, "丙", opening_debt=1000)
    entity_of(Customer).change(hidden, by=staff.boss, parent=top)
    tree = members(top, staff.ann)
    assert [(m.customer.name, m.depth, int(m.sums[1])) for m in tree] == [
        ("集团", 0, 127), ("中间公司", 1, 27), ("甲", 2, 3), ("乙", 2, 4),
    ]  # fmt: skip
    assert int(members(top, staff.boss)[0].sums[1]) == 1127


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(-1000, 1000)), min_size=1, max_size=30))
@pytest.mark.feature("C9")
def test_every_sum_is_that_of_the_whole_branch(nodes: list[tuple[int, int]]) -> None:
    """Each node hangs on an earlier one; a sum must equal what one gets by walking down by hand."""
    customers = [Customer(pk=key + 1, debt=debt) for key, (__, debt) in enumerate(nodes)]
    below: dict[int, list[int]] = {key: [] for key in range(len(nodes))}
    for key, (above, __) in enumerate(nodes):
        if key:
            customers[key].parent_id = above % key + 1
            below[above % key].append(key)

    def walk(key: int, depth: int) -> list[Member]:
        return [Member(customers[key], depth), *(each for child in below[key] for each in walk(child, depth + 1))]

    def by_hand(key: int) -> int:
        return nodes[key][1] + sum(by_hand(child) for child in below[key])

    tree = walk(0, 0)
    add_up(tree, System("test"))
    assert [member.sums[1] for member in tree] == [by_hand(member.customer.pk - 1) for member in tree]


@pytest.mark.feature("C9")
def test_a_relation_is_noted_once_and_needs_both_customers(staff: Staff) -> None:
    mine, other, foreign = (
        make_customer(staff.ann, "甲"),
        make_customer(staff.ann, "乙"),
        make_customer(staff.cat, "丙"),
    )
    create = entity_of(CustomerRelation).create
    create(by=staff.ann, customer=mine, other=other, kind="sister")
    for wrong in (other, mine, foreign):
        with pytest.raises(Refused):
            create(by=staff.ann, customer=mine, other=wrong, kind="sister")
    assert CustomerRelation.objects.count() == 1


@pytest.mark.feature("C2")
def test_quick_create_makes_both_or_neither(staff: Staff) -> None:
    customer = quick_create(by=staff.ann, name="海蓝", contact={"name": "王小明", "mobile": "13800138000"})
    assert customer.contacts.get().main
    with pytest.raises(Refused) as no:
        # Pictures, keys and the like cannot be typed; a contact that reports to a stranger cannot be made.
        quick_create(by=staff.ann, name="另一家", contact={"name": "李四", "reports_to": customer.contacts.get()})
    assert "contact-reports_to" in no.value.fields
    assert not Customer.objects.filter(name="另一家").exists()


@pytest.mark.feature("C14")
def test_planning_a_contact_stands_in_the_log(staff: Staff) -> None:
    customer = make_customer(staff.ann)
    planned = plan_contact(customer, at=customer.created_at, what="回电", by=staff.ann)
    assert planned.next_contact_what == "回电"
    assert set(log_of(customer)[-1].diff) == {"next_contact_at", "next_contact_what"}
    with pytest.raises(Refused):
        plan_contact(customer, at=None, by=staff.cat)


# -- likeness ----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C3", "X3")
def test_likeness_is_told_with_name_to_those_who_see_it(staff: Staff) -> None:
    known = make_customer(staff.ann, "深圳市海蓝科技有限公司", phone="0755-26001234", tax_number=GOOD_CODE)
    for values in ({"name": "海蓝科技（深圳）有限公司"}, {"mobile": known.phone}, {"tax_number": GOOD_CODE}):
        (sentence,) = entity_of(Customer).check_values({"name": "", **values}, None, staff.ann)
        assert known.name in sentence
        (sentence,) = entity_of(Customer).check_values({"name": "", **values}, None, staff.cat)
        assert known.name not in sentence
        assert known.number not in sentence
        assert staff.ann.name in sentence
        assert str(staff.south) in sentence
    assert entity_of(Customer).check_values({"name": known.name}, known, staff.ann) == []
    assert entity_of(Customer).check_values({"name": "别的公司"}, None, staff.ann) == []


@pytest.mark.feature("C3")
def test_a_phone_is_found_at_contacts_too(staff: Staff) -> None:
    customer = make_customer(staff.ann)
    contact = make_contact(staff.ann, customer, mobile="13800138000")
    (match,) = find_matches(CUSTOMER, {"mobile": "13800138000"}, by=staff.cat)
    assert match.record == customer
    assert not match.visible
    (sentence,) = entity_of(Contact).check_values({"mobile": "13800138000"}, None, staff.ann)
    assert contact.name in sentence
    (sentence,) = entity_of(Contact).check_values({"mobile": "13800138000"}, None, staff.cat)
    assert contact.name not in sentence
    assert customer.name not in sentence


@pytest.mark.feature("C3")
def test_two_people_may_have_one_name(staff: Staff) -> None:
    make_customer(staff.ann, "王伟", form=INDIVIDUAL)
    assert entity_of(Customer).check_values({"name": "王伟", "form": INDIVIDUAL}, None, staff.ann) == []


# -- contacts ----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C17")
def test_the_first_contact_is_the_main_one_and_hands_it_on(staff: Staff) -> None:
    customer = make_customer(staff.ann)
    first, second = make_contact(staff.ann, customer, "王一"), make_contact(staff.ann, customer, "王二")

    def main() -> Any:
        return Customer.objects.get(pk=customer.pk).main_contact

    assert main() == first
    make_main(second, by=staff.ann)
    assert main() == second
    assert set(log_of(customer)[-1].diff) == {"main_contact"}
    entity_of(Contact).remove(second, by=staff.ann)
    assert main() == first
    entity_of(Contact).restore(Contact.objects.get(pk=second.pk), by=staff.ann)
    assert main() == first
    entity_of(Contact).remove(first, by=staff.ann)
    entity_of(Contact).remove(second, by=staff.ann)
    assert main() is None
    purge(Contact.objects.get(pk=second.pk), by=staff.boss)


@pytest.mark.feature("C17")
def test_a_contact_moves_with_history(staff: Staff) -> None:
    old, new = make_customer(staff.ann, "旧公司"), make_customer(staff.ann, "新公司")
    chief = make_contact(staff.ann, old, "赵总")
    clerk = make_contact(staff.ann, old, "钱二", reports_to=chief)
    entity_of(Anniversary).create(by=staff.ann, contact=chief, kind="wedding", day="10-01")
    moved = entity_of(Contact).change(chief, by=staff.ann, customer=new, post="总经理")
    assert moved.customer == new
    assert moved.post == "总经理"
    assert Anniversary.objects.get().customer == new
    clerk.refresh_from_db()
    assert clerk.reports_to is None
    assert (Customer.objects.get(pk=old.pk).main_contact, Customer.objects.get(pk=new.pk).main_contact) == (
        clerk,
        chief,
    )
    assert log_of(chief)[-1].diff["customer"] == [old.pk, new.pk]


@pytest.mark.feature("C17")
def test_nobody_moves_a_contact_out_of_his_reach(staff: Staff) -> None:
    mine, foreign = make_customer(staff.ann, "甲"), make_customer(staff.cat, "乙")
    contact = make_contact(staff.ann, mine)
    with pytest.raises(Refused):
        move_contact(contact, to=foreign, by=staff.ann)
    with pytest.raises(Refused):
        make_contact(staff.ann, foreign)
    contact.refresh_from_db()
    assert contact.customer == mine
    assert contact.version == 1
    assert Contact.objects.count() == 1


@pytest.mark.feature("C10")
def test_reporting_goes_up_within_one_customer(staff: Staff) -> None:
    customer, other = make_customer(staff.ann, "甲"), make_customer(staff.ann, "乙")
    chief = make_contact(staff.ann, customer, "赵总")
    clerk = make_contact(staff.ann, customer, "钱二", reports_to=chief)
    stranger = make_contact(staff.ann, other, "孙三")
    change = entity_of(Contact).change
    for wrong in (clerk, chief, stranger):
        with pytest.raises(Refused) as no:
            change(chief, by=staff.ann, reports_to=wrong)
        assert "reports_to" in no.value.fields
    chief.refresh_from_db()
    assert chief.reports_to is None


@pytest.mark.feature("C18")
@pytest.mark.parametrize(
    ("name", "surname", "letter"),
    [
        ("王小明", "王", "W"),
        ("欧阳锋", "欧阳", "O"),
        ("单雄信", "单", "S"),
        ("John Smith", "Smith", "J"),
        ("阿依努尔·买买提", "", "A"),
    ],
)
def test_names_have_a_surname_and_a_letter(staff: Staff, name: str, surname: str, letter: str) -> None:
    contact = make_contact(staff.ann, make_customer(staff.ann), name)
    assert (contact.surname, contact.letter) == (surname, letter)


@pytest.mark.feature("C17")
def test_contacts_go_with_their_customer(staff: Staff) -> None:
    customer = make_customer(staff.ann)
    contact = make_contact(staff.ann, customer)
    entity_of(Customer).change(customer, by=staff.ben, owner=staff.ben)
    contact.refresh_from_db()
    assert contact.owner == staff.ben
    assert not Contact.objects.visible_to(staff.ann).exists()
