"""The products of the sample company: a tree of labels, ribbons, printers and scanners, with units and prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from haike.catalog.models import Product, ProductCategory, ProductPrice, ProductUnit
from haike.customers.models import PriceClass
from haike.kernel.bulk import create_many, start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change
from haike.kernel.policy import System
from haike.people.models import User
from haike.refused import Refused
from haike.site.demo.delete import delete_free
from haike.site.demo.pictures import remove_pictures, write_pictures

SAMPLER = System("sample")
# Path, name, brand, unit, price of the first, step of the price, share of it that it costs in percent, and the
# variants: model and specification.
FAMILIES: tuple[tuple[str, str, str, str, str, str, int, str], ...] = (
    ("标签耗材/不干胶标签", "铜版纸标签", "海标", "roll", "15", "2", 58,
     "TB4030:40×30mm 2000张 TB5030:50×30mm 1500张 TB6040:60×40mm 1000张 TB7050:70×50mm 800张 TB8060:80×60mm 600张 "
     "TB10080:100×80mm 500张 TB100100:100×100mm 500张 TB100150:100×150mm 300张"),
    ("标签耗材/不干胶标签", "热敏标签纸", "海标", "roll", "8", "1", 55,
     "RM4030:40×30mm 800张 RM5040:50×40mm 700张 RM6040:60×40mm 600张 RM7055:70×55mm 500张 RM8060:80×60mm 500张 "
     "RM100100:100×100mm 500张 RM100150:100×150mm 350张 RM76130:76×130mm 500张"),
    ("标签耗材/不干胶标签", "合成纸标签", "海标", "roll", "26", "4", 60,
     "HC4030:40×30mm 2000张 HC5030:50×30mm 1500张 HC6040:60×40mm 1000张 HC10080:100×80mm 500张"),
    ("标签耗材/特种标签", "耐高温标签", "海标", "roll", "86", "12", 52,
     "NG1010:10×10mm 260℃ NG2010:20×10mm 260℃ NG3020:30×20mm 320℃ NG5030:50×30mm 320℃"),
    ("标签耗材/特种标签", "防伪标签", "海标", "roll", "120", "25", 45,
     "FW2020:20×20mm 激光 FW3020:30×20mm 刮开 FW4040:40×40mm 一物一码 FW5050:50×50mm 易碎纸"),
    ("标签耗材/特种标签", "珠宝标签", "海标", "roll", "45", "5", 50, "ZB3010:30×10mm ZB6812:68×12mm ZB8830:88×30mm"),
    ("标签耗材/特种标签", "水洗标", "海标", "roll", "28", "4", 55, "SX25:25mm×200m SX30:30mm×200m SX40:40mm×200m"),
    ("标签耗材/特种标签", "吊牌", "海标", "sheet", "1", "0.2", 48, "DP4090:40×90mm 300克 DP5090:50×90mm 300克"),
    ("标签耗材/RFID 标签", "RFID 标签", "海标", "sheet", "2", "1.5", 60,
     "RF-UHF1:超高频 不干胶 RF-UHF2:超高频 抗金属 RF-HF1:高频 图书 RF-WASH:耐水洗"),
    ("碳带", "蜡基碳带", "理光", "roll", "22", "3", 62,
     "W60:60mm×300m W80:80mm×300m W90:90mm×300m W110:110mm×300m W110L:110mm×450m"),
    ("碳带", "混合基碳带", "理光", "roll", "38", "5", 60,
     "M60:60mm×300m M80:80mm×300m M110:110mm×300m M110L:110mm×450m"),
    ("碳带", "树脂碳带", "理光", "roll", "95", "14", 58, "R40:40mm×300m R60:60mm×300m R80:80mm×300m R110:110mm×300m"),
    ("打印设备/桌面打印机", "条码打印机", "斑马", "unit", "1680", "320", 74,
     "ZD421-203:203dpi USB ZD421-300:300dpi USB ZD421-W:203dpi 无线 ZD621-203:203dpi 彩屏 ZD621-300:300dpi 彩屏"),
    ("打印设备/桌面打印机", "热敏打印机", "得实", "unit", "760", "140", 70,
     "DL-210:203dpi 快递面单 DL-218Z:203dpi 自动回卷 DL-520:203dpi 四寸"),
    ("打印设备/工业打印机", "工业级条码机", "斑马", "unit", "5800", "1500", 76,
     "ZT231-203:203dpi 4英寸 ZT231-300:300dpi 4英寸 ZT411-203:203dpi 4英寸 ZT411-300:300dpi 4英寸 "
     "ZT411-600:600dpi 4英寸 ZT421-203:203dpi 6英寸"),
    ("打印设备/便携打印机", "便携打印机", "汉印", "unit", "980", "180", 68,
     "HM-A300:三英寸 蓝牙 HM-A400:四英寸 蓝牙 HM-Z3:三英寸 蓝牙双模"),
    ("打印设备/喷码机", "喷码机", "依玛士", "unit", "18500", "6200", 72,
     "E-9018:小字符 单行 E-9028:小字符 四行 E-TIJ:高解析 在线"),
    ("打印设备/打印头与配件", "打印头", "京瓷", "piece", "880", "260", 70,
     "KT-203:适用 ZT411 203dpi KT-300:适用 ZT411 300dpi KD-203:适用 ZD421 203dpi KD-300:适用 ZD421 300dpi"),
    ("打印设备/打印头与配件", "胶辊", "斑马", "piece", "160", "60", 66, "PL-ZD:适用 ZD421 PL-ZT:适用 ZT411"),
    ("扫描设备/扫码枪", "扫码枪", "霍尼韦尔", "piece", "460", "190", 72,
     "1450G:二维 有线 1452G:二维 无线 1950G:高密度 有线 1952G:高密度 无线 1990i:工业级 有线 1991i:工业级 无线"),
    ("扫描设备/手持终端", "手持终端", "优博讯", "unit", "2350", "450", 75,
     "i6310:4英寸 全网通 DT40:4英寸 键盘 DT50:5.7英寸 全触屏 DT50U:5.7英寸 超高频 RT40:4英寸 冷库型"),
    ("扫描设备/固定式读码器", "固定式读码器", "海康", "unit", "4200", "1600", 74,
     "ID2000:40万像素 ID3000:130万像素 ID5000:500万像素 ID6000:1200万像素"),
    ("扫描设备/RFID 设备", "RFID 读写器", "远望谷", "unit", "3600", "1400", 73,
     "XC-RF807:四通道 固定式 XC-RF861:桌面发卡 XC-GATE:通道门"),
    ("称重设备", "电子秤", "梅特勒", "unit", "720", "280", 69,
     "BBA211:30kg 计重 BBA231:60kg 计数 BBA242:150kg 台秤 PBA430:300kg 平台秤"),
    ("软件与服务/软件", "标签设计软件", "海客", "set", "1200", "800", 20, "LS-STD:标准版 LS-PRO:专业版 LS-ENT:企业版"),
    ("软件与服务/软件", "仓库管理系统", "海客", "set", "28000", "22000", 25, "WMS-S:单仓 WMS-M:多仓 WMS-X:含接口"),
    ("软件与服务/软件", "固定资产管理系统", "海客", "set", "12000", "9000", 25, "FA-S:500 件 FA-M:5000 件"),
    ("软件与服务/服务", "年度维保", "海客", "year", "600", "900", 40, "WB-D:桌面打印机 WB-I:工业打印机 WB-P:手持终端"),
    ("软件与服务/服务", "上门安装调试", "海客", "time", "400", "300", 50, "AZ-1:市内 AZ-2:省内"),
)  # fmt: skip
BOXES = {"roll": "24", "sheet": "1000"}
"""What a box of consumables holds, by their unit."""
GUARANTEED = frozenset({"打印设备", "扫描设备", "称重设备"})
"""What has a warranty of a year and is asked after; consumables and software are not."""
STOPPED = frozenset({"HM-Z3", "E-9018", "ZD421-W"})


def write_products(owner: int) -> dict[str, Any]:
    """Make tree, products, units and prices; returns keys and batches for the day on which the sample goes."""
    made: dict[str, list[int]] = {}
    categories = _categories(made)
    keeper, batch = User._base_manager.get(pk=owner), start_batch(entity_of(Product), "import", "产品", by=SAMPLER)
    rows = [{**row, "owner": keeper, "category": categories[path]} for path, row in _rows()]
    products = [each for each in create_many(entity_of(Product), rows, by=SAMPLER, batch=batch) if _good(each)]
    boxed: list[Any] = [each for each in products if each.unit in BOXES]  # type: ignore[union-attr]
    units = [{"product": each, "name": "箱", "factor": Decimal(BOXES[each.unit])} for each in boxed]
    boxes = create_many(entity_of(ProductUnit), units, by=SAMPLER, batch=batch)
    prices = create_many(entity_of(ProductPrice), _prices(boxed), by=SAMPLER, batch=batch)
    for model, records in ((Product, products), (ProductUnit, boxes), (ProductPrice, prices)):
        made[entity_of(model).label] = [each.pk for each in records if _good(each)]  # type: ignore[union-attr]
    write_pictures(made[entity_of(Product).label])
    return {"products": made, "product_batch": batch.pk}


def _good(record: Any) -> bool:
    return not isinstance(record, Refused)


def _categories(made: dict[str, list[int]]) -> dict[str, ProductCategory]:
    """By path; a branch that the company has given already is taken."""
    found: dict[str, ProductCategory] = {}
    keys = made.setdefault(entity_of(ProductCategory).label, [])
    rows: Any = ProductCategory.objects.live()
    for position, path in enumerate(dict.fromkeys(family[0] for family in FAMILIES)):
        names = path.split("/")
        for depth, name in enumerate(names):
            here, above = "/".join(names[: depth + 1]), found.get("/".join(names[:depth]))
            if here in found:
                continue
            there = rows.filter(parent=above, name=name).first()
            if there is None:
                there = entity_of(ProductCategory).create(by=SAMPLER, name=name, parent=above, position=position)
                keys.append(there.pk)
            found[here] = there
    return found


def _rows() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path, name, brand, unit, first, step, share, variants in FAMILIES:
        for place, variant in enumerate(_variants(variants)):
            model, __, spec = variant.partition(":")
            price = Decimal(first) + Decimal(step) * place
            goods = unit not in ("set", "year", "time")
            found.append((path, {
                "name": name,
                "model": model,
                "spec": spec,
                "brand": brand,
                "unit": unit,
                "price": price,
                "floor_price": (price * 80 / 100).quantize(Decimal("0.0001")),
                "lowest_discount": Decimal(85),
                "cost_price": (price * share / 100).quantize(Decimal("0.0001")),
                "cost_to_check": place == 2,
                "tax_rate": Decimal(13 if goods else 6),
                "stocked": goods,
                "traced": "serial" if unit == "unit" else "none",
                "lower_limit": Decimal(20) if goods else None,
                "upper_limit": Decimal(2000) if goods else None,
                "packing_spec": f"每箱 {BOXES[unit]}" if unit in BOXES else "",
                "on_sale": model not in STOPPED,
                "warranty_months": 12 if path.split("/")[0] in GUARANTEED else None,
                "visit_days": None if path.split("/")[0] in GUARANTEED else 0,
                "commission_rate": Decimal(8) if not goods else Decimal(2),
            }))  # fmt: skip
    return found


def _variants(text: str) -> list[str]:
    """Variants stand behind blanks; so do the parts of a specification, which have no colon."""
    found: list[str] = []
    for part in text.split():
        if ":" in part:
            found.append(part)
        else:
            found[-1] = f"{found[-1]} {part}"
    return found


def _prices(boxed: list[Any]) -> list[dict[str, Any]]:
    """Breaks of the standard price from 100 and 500, and wholesale prices, for what is used up."""
    standard = PriceClass.objects.live().filter(is_standard=True).first()
    wholesale = PriceClass.objects.live().filter(name_en="Wholesale price").first()
    found = []
    for product in boxed:
        for of, least, percent in ((standard, 100, 95), (standard, 500, 90), (wholesale, 0, 78)):
            if of is not None:
                price = (product.price * percent / 100).quantize(Decimal("0.0001"))
                found.append({"product": product, "price_class": of, "min_quantity": Decimal(least), "price": price})
    return found


def remove_products(note: dict[str, Any]) -> None:
    """Delete what nobody has changed and nothing else hangs on."""
    made: dict[str, list[int]] = note.get("products", {})
    models: tuple[Any, ...] = (ProductPrice, ProductUnit, Product, ProductCategory)
    for model in models:
        label = entity_of(model).label
        rows = model._base_manager.filter(pk__in=made.get(label, []), version=1)
        if model is Product:
            rows = rows.filter(prices=None, units=None)
        if model is ProductUnit:
            rows = rows.filter(prices=None)
        # What stands in what a user has written stays.
        if model is not ProductCategory:
            delete_free(model, set(rows.values_list("pk", flat=True)))
            continue
        # From the leaves up: a branch may go only when nothing lies in it.
        while leaves := set(rows.filter(products=None, children=None).values_list("pk", flat=True)):
            if not delete_free(model, leaves):
                break
    remove_pictures()
    batch = note.get("product_batch", 0)
    if not Change.objects.filter(batch=batch).exists():
        Batch.objects.filter(pk=batch).delete()
