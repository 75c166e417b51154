"""Pick-lists of the catalog."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.dictionary import Dictionary, Word

DICTIONARIES = [
    Dictionary(
        key="product_unit",
        label=_("Units of products"),
        room="catalog",
        words=[
            Word("piece", "个", "piece"),
            Word("unit", "台", "unit"),
            Word("item", "件", "item"),
            Word("set", "套", "set"),
            Word("box", "箱", "case"),
            Word("carton", "盒", "box"),
            Word("bag", "袋", "bag"),
            Word("bottle", "瓶", "bottle"),
            Word("can", "罐", "can"),
            Word("barrel", "桶", "barrel"),
            Word("roll", "卷", "roll"),
            Word("sheet", "张", "sheet"),
            Word("stick", "支", "stick"),
            Word("strip", "条", "strip"),
            Word("pair", "双", "pair"),
            Word("couple", "对", "couple"),
            Word("dozen", "打", "dozen"),
            Word("volume", "本", "volume"),
            Word("vehicle", "辆", "vehicle"),
            Word("kilogram", "千克", "kg"),
            Word("gram", "克", "g"),
            Word("ton", "吨", "t"),
            Word("litre", "升", "l"),
            Word("metre", "米", "m"),
            Word("square_metre", "平方米", "m²"),
            Word("cubic_metre", "立方米", "m³"),
            Word("time", "次", "time"),
            Word("hour", "小时", "hour"),
            Word("day", "天", "day"),
            Word("month", "月", "month"),
            Word("year", "年", "year"),
            Word("project", "项", "project"),
        ],
    ),
]
