"""The query shapes of lists and search, measured at a million rows without pages around them.

    python bench/shapes.py make [rows]     build the table, its shares and its index
    python bench/shapes.py run [word]      measure; with a word only the lines whose name has it

On SQLite in HAIKE_DATA, on PostgreSQL with HAIKE_DATABASE_URL. The company: 200 users, sellers of 5 000 records
each, a manager of 20 and a director of 56 sellers, 15 % of the rows without owner, a fifth shared with somebody.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haike.site.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.models import Q  # noqa: E402
from pypinyin import Style, pinyin  # noqa: E402

from haike.find import finder  # noqa: E402
from haike.find.finder import Find  # noqa: E402
from haike.find.indexes import filter_index, hot_indexes  # noqa: E402
from haike.find.share import Share  # noqa: E402
from haike.kernel import search  # noqa: E402
from haike.kernel.policy import Scope  # noqa: E402

ENTITY = "bench.client"
SELLERS = 170


class Client(models.Model):
    """Shaped like a customer."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=120)
    py_key = models.CharField(max_length=60)
    phone = models.CharField(max_length=20)
    level = models.IntegerField()
    region = models.IntegerField()
    source = models.CharField(max_length=20)
    address = models.CharField(max_length=200)
    remark = models.TextField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    last_contact = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    custom = models.JSONField(default=dict)
    deleted_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "bench"
        indexes = [
            *hot_indexes("client", "created_at", "amount", "last_contact", "py_key"),
            filter_index("client", "level", "region", "last_contact", "created_at", "amount", "py_key"),
            models.Index(
                fields=["level", "region", "last_contact", "amount", "archived_at", "id"],
                name="client_level",
                condition=Q(deleted_at__isnull=True),
            ),
        ]


# The company

CITIES = "上海 北京 深圳 广州 杭州 成都 苏州 武汉 南京 西安 重庆 天津 宁波 青岛 长沙".split()
SYLLABLES = "华为德胜中天宏远金鼎盛达信诚瑞丰恒通博雅联创智汇海科新佳美乐康安泰永利兴隆嘉和东方明珠众益百川鸿翔腾飞"
TRADES = "科技 贸易 电子 机械 建材 食品 医药 物流 广告 咨询 软件 服装 化工 餐饮 旅游 教育 装饰 汽车".split()
ENDINGS = ["有限公司"] * 62 + ["股份有限公司"] * 9 + ["集团", "厂", "商行", "中心", "工作室", "门市部"] * 5
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
_sounds: dict[str, tuple[str, str]] = {}


def sound(text: str) -> tuple[str, str]:
    """Initials and full pinyin, a table per character."""
    for char in text:
        if char not in _sounds:
            full = pinyin(char, style=Style.NORMAL)[0][0]
            _sounds[char] = (full[0], full)
    return "".join(_sounds[char][0] for char in text), "".join(_sounds[char][1] for char in text)


def clients(count: int) -> Iterator[tuple[Client, list[str]]]:
    """Rows with what the search knows of each."""
    rnd = random.Random(7)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    for number in range(1, count + 1):
        name = (
            rnd.choice(CITIES)
            + "".join(rnd.choices(SYLLABLES, k=rnd.choice((2, 2, 3, 4))))
            + rnd.choice(TRADES)
            + rnd.choice(ENDINGS)
        )
        person = rnd.choice(SURNAMES) + "".join(rnd.choices(GIVEN, k=rnd.choice((1, 2, 2))))
        phone = rnd.choice(("138", "139", "150", "186", "177")) + f"{rnd.randrange(10**8):08d}"
        first, full = sound(name)
        created = start + timedelta(seconds=number * 160 + rnd.randrange(100_000))
        client = Client(
            id=number,
            owner_id=None if rnd.random() < 0.15 else 1 + (number * 7919 + rnd.randrange(3)) % SELLERS,
            name=name,
            py_key=full[:60],
            phone=phone,
            level=rnd.choices((1, 2, 3, 4, 5), (5, 15, 30, 40, 10))[0],
            region=rnd.randrange(340),
            source=rnd.choice(("web", "fair", "phone", "friend")),
            address=f"{name[:2]}市{rnd.choice(SYLLABLES)}{rnd.choice(SYLLABLES)}路{rnd.randrange(999)}号",
            remark="需要跟进报价与合同" * rnd.randrange(6),
            amount=rnd.randrange(100, 100_000_000) / 100,
            last_contact=None if rnd.random() < 0.3 else created + timedelta(days=rnd.randrange(600)),
            created_at=created,
            changed_at=created,
            custom={"grade": rnd.randrange(5)},
            deleted_at=created if rnd.random() < 0.02 else None,
            archived_at=created if rnd.random() < 0.01 else None,
        )
        person_first, person_full = sound(person)
        yield client, [name, first, full, phone, person, person_first, person_full]


def make(count: int) -> None:
    """Build all of it; tables first without indexes."""
    with connection.cursor() as cursor:
        for name in (Client._meta.db_table, Share._meta.db_table):
            cursor.execute(f"DROP TABLE IF EXISTS {name}" + (" CASCADE" if connection.vendor == "postgresql" else ""))
    search.drop_index(connection, Client)
    for column in ("user", "by"):
        Share._meta.get_field(column).db_constraint = False
    indexes, Client._meta.indexes = Client._meta.indexes, []
    with connection.schema_editor() as editor:
        editor.create_model(Client)
        editor.create_model(Share)
    search.ensure_index(connection, Client)
    columns = list(Client._meta.concrete_fields)
    insert, index, batch, docs = 0.0, 0.0, [], []

    def flush() -> None:
        nonlocal insert, index
        with transaction.atomic():
            began = time.perf_counter()
            rows = [
                tuple(field.get_db_prep_save(getattr(each, field.attname), connection) for field in columns)
                for each in batch
            ]
            names = ", ".join(field.column for field in columns)
            with connection.cursor() as cursor:
                if connection.vendor == "sqlite":
                    places = ", ".join(["%s"] * len(columns))
                    cursor.executemany(f"INSERT INTO {Client._meta.db_table} ({names}) VALUES ({places})", rows)
                else:
                    with cursor.copy(f"COPY {Client._meta.db_table} ({names}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
            insert += time.perf_counter() - began
            began = time.perf_counter()
            search.write(connection, Client, docs)
            index += time.perf_counter() - began

    for client, parts in clients(count):
        batch.append(client)
        docs.append((client.id, client.owner_id, parts))
        if len(batch) == 100_000:
            flush()
            print(f"{client.id:>9,} rows: insert {insert:.1f} s, search index {index:.1f} s", flush=True)
            batch, docs = [], []
            insert = index = 0.0
    if batch:
        flush()
    began = time.perf_counter()
    Client._meta.indexes = indexes
    for each in indexes:
        with connection.schema_editor() as editor:
            editor.add_index(Client, each)
    rnd = random.Random(8)
    with transaction.atomic():
        Share.objects.bulk_create(
            (
                Share(entity=ENTITY, record_id=record, user_id=1 + rnd.randrange(200), can_write=False)
                for record in rnd.sample(range(1, count + 1), count // 5)
            ),
            batch_size=10_000,
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    print(f"indexes, shares, statistics {time.perf_counter() - began:.1f} s")


# Measuring

PEOPLE = {
    "seller": Scope(False, (5,), 5, True, ENTITY),
    "manager": Scope(False, (180, *range(1, 21)), 180, True, ENTITY),
    "director": Scope(False, (181, 182, *range(1, 57)), 181, True, ENTITY),
    "boss": Scope(True, (), 200, False, ENTITY),
}


def measure(name: str, act: Callable[[], object], times: int = 15) -> None:
    """Print the time of several runs, with nothing remembered between them.

    The processor's time is that of this process: all of it on SQLite, on PostgreSQL without the server's.
    """
    took, busy = [], []
    for _ in range(times):
        for memory in (finder.counts, finder.lists):
            memory.clear()
        began, worked = time.perf_counter(), time.process_time()
        found = act()
        took.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        if took[-1] > 300 and len(took) > 2:
            break
    print(
        f"{name:<44}{min(busy):9.2f}{min(took):9.2f}{statistics.median(took):9.2f}{max(took):9.2f}   {found}",
        flush=True,
    )


WORDS = "有限公司 公司 华为 华 1380 13800 hwkj youxian 德胜中天 不存在 门市部 众益百川".split()


def cases(scope: Scope) -> dict[str, Callable[[], object]]:
    """Every shape for one person."""

    def find(**options: Any) -> Find:
        return Find(Client, scope, **options)

    def listed(**options: Any) -> Callable[[], object]:
        return lambda: len(find(**options).page(50).ids)

    def jump() -> object:
        number = find(sort=["-created_at"]).exact_count() // 100
        return len(find(sort=["-created_at"]).page(50, min(number, 1000)).ids)

    def follow() -> object:
        first = find(sort=["-created_at"]).page(50)
        return len(find(sort=["-created_at"]).page(50, after=first.after).ids)

    def counted(**options: Any) -> Callable[[], object]:
        return lambda: find(**options).count()

    def matched(words: str) -> Callable[[], object]:
        return lambda: len(search.match(Client, words, scope, 20))

    late = Q(last_contact__lt=datetime(2022, 1, 1, tzinfo=UTC))
    found: dict[str, Callable[[], object]] = {
        "first page by created": listed(sort=["-created_at"]),
        "first page by created ascending": listed(sort=["created_at"]),
        "first page by amount": listed(sort=["-amount"]),
        "first page by last contact": listed(sort=["-last_contact"]),
        "first page by last contact ascending": listed(sort=["last_contact"]),
        "first page by name, no index": listed(sort=["name"]),
        "first and next page": follow,
        "count and first jump": jump,
        "level 2": listed(sort=["-created_at"], where=Q(level=2)),
        "level 1, region 7": listed(sort=["-created_at"], where=Q(level=1, region=7)),
        "source web, no index": listed(sort=["-created_at"], where=Q(source="web")),
        "not contacted since 2022": listed(sort=["-created_at"], where=late),
        "owner 5": listed(sort=["-created_at"], where=Q(owner_id=5)),
        "remark nobody has": listed(sort=["-created_at"], where=Q(remark="x")),
        "capped count": counted(),
        "capped count, level 2": counted(where=Q(level=2)),
        "capped count, source web": counted(where=Q(source="web")),
        "exact count": lambda: find().exact_count(),
        "exact count, level 2": lambda: find(where=Q(level=2)).exact_count(),
        "sum of amount": lambda: find().sums(["amount"]),
        "sum of amount, level 2": lambda: find(where=Q(level=2)).sums(["amount"]),
        "all ids": lambda: sum(1 for _ in find(sort=["-created_at"]).ids()),
    }
    for words in [*WORDS, "上海 有限公司"]:
        found[f"list, search {words}"] = listed(words=words)
        found[f"count, search {words}"] = counted(words=words)
        found[f"match {words}"] = matched(words)
    return found


def run(only: str) -> None:
    """Measure what has the word in its name, for everybody."""
    print(f"{connection.vendor:<44}{'cpu ms':>9}{'best ms':>9}{'middle':>9}{'worst':>9}")
    for who, scope in PEOPLE.items():
        for name, act in cases(scope).items():
            if only in f"{who}: {name}":
                measure(f"{who}: {name}", act)


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
    else:
        run(sys.argv[2] if len(sys.argv) > 2 else "")
