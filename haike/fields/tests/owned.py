"""Own fields for tests: made as an administrator makes them, through the page."""

from __future__ import annotations

from typing import Any

from django.test import Client

from haike.fields.own_field.record import OwnField

OPTIONS = {"options": ["直营", "加盟", "代理"], "options-colour": ["green", "blue", ""]}
ALL_KINDS: dict[str, dict[str, Any]] = {
    "text": {"label": "经营品牌", "label_en": "Brand"},
    "longtext": {"label": "合作说明", "label_en": "Terms"},
    "number": {"label": "门店数", "label_en": "Shops"},
    "money": {"label": "年采购额", "label_en": "Yearly purchases"},
    "date": {"label": "合作日期", "label_en": "Partner since"},
    "datetime": {"label": "巡店时间", "label_en": "Inspected"},
    "yesno": {"label": "战略客户", "label_en": "Strategic"},
    "choice": {"label": "经营模式", "label_en": "Business model", **OPTIONS},
    "choices": {"label": "销售渠道", "label_en": "Channels", **OPTIONS},
    "person": {"label": "技术负责人", "label_en": "Engineer"},
    "department": {"label": "服务部门", "label_en": "Service department"},
    "reference": {"label": "介绍客户", "label_en": "Introduced by", "target": "customers.customer"},
    "phone": {"label": "门店电话", "label_en": "Shop telephone"},
    "email": {"label": "对账邮箱", "label_en": "Mail for accounts"},
    "url": {"label": "店铺网址", "label_en": "Shop page"},
    "time": {"label": "营业时间", "label_en": "Opens"},
    "address": {"label": "收货地址", "label_en": "Goods to"},
}
COMPUTED: dict[str, dict[str, Any]] = {
    "formula": {"label": "店均采购额", "label_en": "Per shop", "formula": "{年采购额} / {门店数}", "places": "2"},
    "serial": {"label": "客户档案号", "label_en": "File number", "pattern": "KH-{0000}", "searched": "1"},
}
FILED: dict[str, dict[str, Any]] = {
    "file": {"label": "营业执照", "label_en": "Licence"},
    "image": {"label": "门头照片", "label_en": "Shop front"},
}


def add(client: Client, kind: str, slug: str = "customers", **data: Any) -> OwnField:
    """A new field by the page of an administrator."""
    answer = client.post(
        f"/settings/fields/{slug}/new?kind={kind}", {**(ALL_KINDS | COMPUTED | FILED).get(kind, {}), **data}
    )
    assert answer.status_code == 302, answer.content.decode()
    return OwnField.objects.latest("id")


def add_all(client: Client, slug: str = "customers") -> dict[str, OwnField]:
    """One field of each kind that people fill in."""
    return {kind: add(client, kind, slug) for kind in ALL_KINDS}


def add_filed(client: Client, slug: str = "customers") -> dict[str, OwnField]:
    """One field of each kind that holds a file."""
    return {kind: add(client, kind, slug) for kind in FILED}


def add_computed(client: Client, slug: str = "customers") -> dict[str, OwnField]:
    """One field of each kind that nobody fills in."""
    return {kind: add(client, kind, slug) for kind in COMPUTED}
