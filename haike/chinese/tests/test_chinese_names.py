"""Names of people in their parts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.chinese.names import PersonName, read_name, split_name
from haike.chinese.surnames import HUNDRED


@pytest.mark.feature("C17", "C4")
@pytest.mark.parametrize(
    ("text", "surname", "given", "title"),
    [
        ("王小明", "王", "小明", ""),
        ("王 小 明", "王", "小明", ""),
        ("欧阳锋", "欧阳", "锋", ""),
        ("诸葛", "诸葛", "", ""),
        ("司马相如", "司马", "相如", ""),
        ("爱新觉罗溥仪", "爱新觉罗", "溥仪", ""),
        ("王总", "王", "", "总"),
        ("王总监", "王", "", "总监"),
        ("李经理", "李", "", "经理"),
        ("欧阳小明经理", "欧阳", "小明", "经理"),
        ("张先生", "张", "", "先生"),
        ("陈工", "陈", "", "工"),
        ("李建工", "李", "建工", ""),
        ("小李", "李", "", "小"),
        ("老欧阳", "欧阳", "", "老"),
        ("老板", "", "老板", ""),
        ("小美", "", "小美", ""),
        ("总", "", "总", ""),
        ("阿依努尔·买买提", "", "阿依努尔·买买提", ""),
        ("John Smith", "Smith", "John", ""),
        ("Smith, John", "Smith", "John", ""),
        ("Mr. Smith", "Smith", "", "Mr."),
        ("Wang Xiaoming", "Wang", "Xiaoming", ""),
        ("Ouyang Feng", "Ouyang", "Feng", ""),
        ("Li Wang", "Wang", "Li", ""),
        ("Müller", "", "Müller", ""),
        ("  ", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_parts_of_a_name(text: str, surname: str, given: str, title: str) -> None:
    assert read_name(text) == PersonName(surname, given, title)
    assert split_name(text) == (surname, given)


@settings(deadline=None)
@given(st.sampled_from(HUNDRED), st.text(st.sampled_from("明伟芳娜秀英敏静丽强磊军洋勇艳杰"), min_size=1, max_size=2))
def test_surname_and_given_name_make_the_name(surname: str, given: str) -> None:
    assert split_name(surname + given) == (surname, given)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    found = read_name(text)

    assert all(isinstance(part, str) for part in found)


def test_the_hundred_surnames_stand_in_their_order() -> None:
    assert "".join(HUNDRED[:8]) == "赵钱孙李周吴郑王"
    assert len(HUNDRED) == len(set(HUNDRED)) > 440
