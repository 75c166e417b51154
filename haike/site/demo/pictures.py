"""Drawn pictures of the products of the sample company: a front view, and for some a second one."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q
from PIL import Image, ImageDraw

from haike.catalog.models import Product, ProductPicture
from haike.screens.small import SIZES

FOLDER = "pictures/sample"
SIDE = 640
Pen = ImageDraw.ImageDraw
DARK, MIDDLE, PAPER, ACCENT = "#2f3a4a", "#64748b", "#ffffff", "#3b82f6"


def _roll(pen: Pen) -> None:
    pen.rounded_rectangle((150, 170, 420, 470), 60, fill=PAPER, outline=MIDDLE, width=6)
    pen.ellipse((110, 170, 310, 470), fill="#f1f5f9", outline=MIDDLE, width=6)
    pen.ellipse((170, 260, 250, 380), fill="#d6b98c", outline=DARK, width=6)
    for top in (230, 330):
        pen.rounded_rectangle((330, top, 540, top + 84), 10, fill=PAPER, outline=MIDDLE, width=5)
        for left in range(350, 520, 18):
            pen.rectangle((left, top + 18, left + (10 if left % 4 else 6), top + 62), fill=DARK)


def _ribbon(pen: Pen) -> None:
    for left in (140, 350):
        pen.ellipse((left, 190, left + 160, 450), fill=DARK)
        pen.ellipse((left + 50, 270, left + 110, 370), fill="#94a3b8")
    pen.rectangle((220, 190, 430, 236), fill="#111827")


def _printer(pen: Pen) -> None:
    pen.rounded_rectangle((120, 210, 520, 480), 44, fill=DARK)
    pen.rounded_rectangle((150, 160, 490, 300), 36, fill=MIDDLE)
    pen.rounded_rectangle((420, 330, 480, 370), 10, fill=ACCENT)
    pen.rectangle((190, 400, 390, 416), fill="#0f172a")
    pen.rounded_rectangle((210, 408, 370, 540), 6, fill=PAPER, outline=MIDDLE, width=4)
    for left in range(232, 350, 14):
        pen.rectangle((left, 440, left + (8 if left % 4 else 4), 500), fill=DARK)


def _scanner(pen: Pen) -> None:
    pen.rounded_rectangle((170, 150, 470, 280), 50, fill=DARK)
    pen.polygon([(300, 250), (420, 250), (370, 520), (270, 520)], fill=MIDDLE)
    pen.rounded_rectangle((150, 180, 190, 250), 12, fill=ACCENT)
    pen.rounded_rectangle((276, 290, 306, 350), 10, fill="#f59e0b")


def _detail(pen: Pen) -> None:
    pen.rounded_rectangle((130, 190, 510, 450), 20, fill=PAPER, outline=MIDDLE, width=6)
    for left in range(170, 470, 22):
        pen.rectangle((left, 230, left + (14 if left % 4 else 8), 350), fill=DARK)
    for top in (378, 404):
        pen.rectangle((170, top, 430 - top % 60, top + 10), fill=MIDDLE)


DRAWN: dict[str, tuple[Callable[[Pen], None], tuple[str, ...]]] = {
    "roll": (_roll, ("铜版纸标签", "热敏标签纸", "合成纸标签", "耐高温标签")),
    "ribbon": (_ribbon, ("蜡基碳带", "混合基碳带", "树脂碳带")),
    "printer": (_printer, ("条码打印机", "热敏打印机", "工业级条码机")),
    "scanner": (_scanner, ("扫码枪",)),
}
"""What is drawn of which products."""
SECOND = "label"


def _saved(name: str, draw: Callable[[Pen], None]) -> str:
    """The name of a stored picture, drawn twice as large and smoothed."""
    path = f"{FOLDER}/{name}.png"
    if not default_storage.exists(path):
        image = Image.new("RGB", (SIDE, SIDE), "#eef2f7")
        draw(ImageDraw.Draw(image))
        made = io.BytesIO()
        image.save(made, "PNG", optimize=True)
        default_storage.save(path, ContentFile(made.getvalue()))
    return path


def write_pictures(products: Collection[int]) -> None:
    """Give the products that are drawn their main picture, and those that print or read a second one."""
    second = _saved(SECOND, _detail)
    for name, (draw, named) in DRAWN.items():
        rows = Product._base_manager.filter(pk__in=products, name__in=named)
        rows.update(picture=_saved(name, draw))
        if name in ("printer", "roll"):
            keys: Iterable[int] = rows.values_list("pk", flat=True)
            ProductPicture.objects.bulk_create(ProductPicture(product_id=key, picture=second, place=1) for key in keys)


def remove_pictures() -> None:
    """Delete the files that no product shows any more."""
    for name in (*DRAWN, SECOND):
        path = f"{FOLDER}/{name}.png"
        held: Any = Q(picture=path)
        if Product._base_manager.filter(held).exists() or ProductPicture.objects.filter(held).exists():
            continue
        for each in (path, *(f"{FOLDER}/{name}.{size}.png" for size in SIZES)):
            default_storage.delete(each)
