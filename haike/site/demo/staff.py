"""The people of the sample company: departments, roles, and sign-in names that tests and demonstrations rely on."""

from dataclasses import dataclass

from haike.site.demo.chance import Chance
from haike.site.demo.names import People
from haike.site.demo.phones import Phones

COMPANY_NAME = "深圳市海悦标识技术有限公司"
COMPANY_SHORT_NAME = "海悦标识"
COMPANY = {
    "name": COMPANY_NAME, "short_name": COMPANY_SHORT_NAME, "phone": "075526880001", "region": "440305",
    "address": "科技园南区科苑路15号海悦大厦8楼", "post_code": "518057",
}  # fmt: skip
PASSWORD = "haike-demo-2026"  # noqa: S105
"""Of everybody in the sample company, told to whoever opens it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A department; `parent` and `head` are key and sign-in name."""

    key: str
    name: str
    parent: str | None
    head: str | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user; `manager` is a sign-in name, `weight` his share of the customers."""

    username: str
    name: str
    gender: str
    unit: str
    roles: tuple[str, ...]
    position: str
    manager: str | None
    phone: str
    email: str
    weight: float


DEPARTMENTS = [
    Unit("office", "总经办", None, "boss"),
    Unit("south", "华南销售部", "office", "ben"),
    Unit("south_1", "华南一组", "south", "gary"),
    Unit("south_2", "华南二组", "south", "hank"),
    Unit("east", "华东销售部", "office", "eve"),
    Unit("key_accounts", "大客户部", "office", "dan"),
    Unit("service", "客服部", "office", "kate"),
    Unit("marketing", "市场部", "office", "mia"),
    Unit("finance", "财务部", "office", "fiona"),
    Unit("storage", "仓储物流部", "office", "stan"),
    Unit("purchasing", "采购部", "office", "paul"),
    Unit("personnel", "行政人事部", "office", "olga"),
    Unit("support", "技术支持部", "office", "tom"),
]

# Sign-in name, name, gender, department, roles, position, manager, share of the customers.
_STAFF: list[tuple[str, str, str, str, str, str, str | None, float]] = [
    ("boss", "陈海明", "male", "office", "boss", "general_manager", None, 1),
    ("dora", "林婉清", "female", "office", "director", "sales_director", "boss", 2),
    ("alex", "周子昂", "male", "office", "director_assistant", "director_assistant", "dora", 0),
    ("ben", "黄志鹏", "male", "south", "manager", "sales_manager", "dora", 3),
    ("amy", "吴佳怡", "female", "south", "manager_assistant", "manager_assistant", "ben", 0),
    ("gary", "梁家豪", "male", "south_1", "manager", "sales_manager", "ben", 6),
    ("ann", "李静", "female", "south_1", "sales", "seller", "gary", 10),
    ("leo", "何俊杰", "male", "south_1", "sales", "seller", "gary", 8),
    ("nina", "许梦瑶", "female", "south_1", "sales", "seller", "gary", 6),
    ("hank", "邓国栋", "male", "south_2", "manager", "sales_manager", "ben", 6),
    ("ivan", "曾伟强", "male", "south_2", "sales", "senior_seller", "hank", 9),
    ("joy", "郑晓彤", "female", "south_2", "sales", "seller", "hank", 7),
    ("ray", "单文博", "male", "south_2", "sales", "intern", "hank", 2),
    ("eve", "沈雪梅", "female", "east", "manager", "sales_manager", "dora", 5),
    ("cat", "王丽娟", "female", "east", "sales", "seller", "eve", 9),
    ("sam", "陆浩然", "male", "east", "sales", "seller", "eve", 8),
    ("vera", "蒋欣怡", "female", "east", "sales", "seller", "eve", 6),
    ("dan", "欧阳辉", "male", "key_accounts", "manager", "key_account_manager", "dora", 4),
    ("rose", "秦岚", "female", "key_accounts", "sales", "key_account_manager", "dan", 3),
    ("kate", "唐慧敏", "female", "service", "manager,service", "service_manager", "boss", 0),
    ("lily", "罗小燕", "female", "service", "service", "service_agent", "kate", 0),
    ("mia", "苏可欣", "female", "marketing", "marketing", "marketing_manager", "boss", 0),
    ("fiona", "马淑芬", "female", "finance", "finance", "finance_manager", "boss", 0),
    ("lucy", "程洁", "female", "finance", "finance", "cashier", "fiona", 0),
    ("stan", "彭建军", "male", "storage", "storekeeper", "storekeeper", "boss", 0),
    ("paul", "谢永强", "male", "purchasing", "purchaser", "purchaser", "boss", 0),
    ("olga", "冯秀珍", "female", "personnel", "clerk", "clerk", "boss", 0),
    ("max", "余天宇", "male", "personnel", "maintenance", "system_administrator", "olga", 0),
    ("tom", "孙振宇", "male", "support", "service", "engineer", "boss", 0),
    ("guest", "审计（只读）", "unknown", "office", "limited", "", "boss", 0),
]
SIZE = len(_STAFF)

_FURTHER_REGIONS = (
    "华北销售部", "华中销售部", "西南销售部", "西北销售部", "东北销售部", "福建销售部", "山东销售部", "渠道销售部",
    "电商销售部",
)  # fmt: skip
_GROUP = 7


@dataclass(frozen=True, slots=True)
class Staff:
    """Departments and users, parents and managers first."""

    departments: list[Unit]
    colleagues: list[Colleague]


def make_staff(chance: Chance, people: People, phones: Phones, size: int = SIZE) -> Staff:
    """The 30 of the small company; beyond them further sales departments with groups, for tests of scale."""
    departments = list(DEPARTMENTS)
    rows = list(_STAFF)
    for number in range(max(0, size - SIZE)):
        region, within = divmod(number, 1 + 4 * _GROUP)
        key = f"region_{region + 1}"
        manager = f"m{region + 1:02d}"
        person = people.draw()
        if within == 0:
            name = _FURTHER_REGIONS[region % len(_FURTHER_REGIONS)]
            again = region // len(_FURTHER_REGIONS)
            departments.append(Unit(key, f"{name}{again + 1}" if again else name, "office", manager))
            rows.append((manager, person.name, person.gender, key, "manager", "sales_manager", "dora", 3))
            continue
        group, seat = divmod(within - 1, _GROUP)
        group_key, username = f"{key}_{group + 1}", f"s{number + 1:03d}"
        if seat == 0:
            departments.append(Unit(group_key, f"{_region_of(departments, key)}{'一二三四'[group]}组", key, username))
            rows.append((username, person.name, person.gender, group_key, "manager", "sales_manager", manager, 5))
        else:
            head = f"s{number + 1 - seat:03d}"
            rows.append((username, person.name, person.gender, group_key, "sales", "seller", head, chance.number(3, 9)))
    colleagues = [
        Colleague(
            username, name, gender, unit, tuple(roles.split(",")), position, manager, phones.mobile(),
            f"{username}@haiyue.example", weight,
        )
        for username, name, gender, unit, roles, position, manager, weight in rows[:size]
    ]  # fmt: skip
    return Staff(departments, colleagues)


def _region_of(departments: list[Unit], key: str) -> str:
    """What the groups of a sales department are called after: 华北 of 华北销售部."""
    name = next(unit.name for unit in departments if unit.key == key)
    return name.removesuffix("销售部")
