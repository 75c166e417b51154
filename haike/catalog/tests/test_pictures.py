"""The pictures of a product: several in an order, the first is the main one; thumbnails, rights, evil files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from haike.catalog.models import Product, ProductPicture
from haike.catalog.picture.actions import pictures_of
from haike.catalog.testing import make_product
from haike.kernel.entity import entity_of
from haike.kernel.policy import System
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("I1")]


def drawn(colour: str, name: str = "a.png", size: tuple[int, int] = (600, 300)) -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return SimpleUploadedFile(name, made.getvalue(), "image/png")


def colours(client: Client, product: Any) -> list[str]:
    """The pictures in their order, by the colour that their thumbnails have."""
    known, found = {(255, 0, 0): "red", (0, 128, 0): "green", (0, 0, 255): "blue"}, []
    for each in pictures_of(Product.objects.get(pk=product.pk)):
        answer = client.get(each.small)
        with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as image:  # type: ignore[attr-defined]
            assert max(image.size) == 480
            pixel: Any = image.convert("RGB").getpixel((9, 9))
        found.append(min(known.items(), key=lambda one: sum(abs(a - b) for a, b in zip(one[0], pixel, strict=True)))[1])
    return found


def test_pictures_are_added_ordered_taken_out_and_put_back(staff: Staff, browse: Browse) -> None:
    boss, product = browse(staff.boss), make_product(staff.boss, "打印机")
    url = f"/products/{product.pk}/pictures"
    assert boss.post(url, {"pictures": [drawn("red"), drawn("green"), drawn("blue")]}).status_code == 302
    assert colours(boss, product) == ["red", "green", "blue"]
    _main, green, blue = pictures_of(Product.objects.get(pk=product.pk))
    assert boss.post(f"{url}/{blue.key}/move", {"to": "-1"}).status_code == 302
    assert colours(boss, product) == ["red", "blue", "green"]
    assert boss.post(f"{url}/{blue.key}/move", {"to": "first"}).status_code == 302
    assert colours(boss, product) == ["green", "red", "blue"]
    # The list and the picker show the main one small; the API still names it.
    assert "size=96" in boss.get("/products/").content.decode()
    assert boss.get("/products/pick?q=打印").json()["items"][0]["picture"].endswith("&size=96")
    assert boss.get("/lines/products?q=打印").json()["items"][0]["picture"].endswith("&size=96")
    main = boss.get(f"/products/{product.pk}/picture/picture?size=96")
    with Image.open(io.BytesIO(b"".join(main.streaming_content))) as image:  # type: ignore[attr-defined]
        assert image.size == (96, 48)
    # Without the main one the next takes its place; what was taken out comes back.
    assert boss.post(f"{url}/0/out").status_code == 302
    assert colours(boss, product) == ["red", "blue"]
    gone = ProductPicture.objects.get(deleted_at__isnull=False)
    assert boss.get(f"{url}/{gone.pk}").status_code == 404
    assert boss.post(f"{url}/{gone.pk}/back").status_code == 302
    assert colours(boss, product) == ["red", "blue", "green"]
    page = boss.get(f"/products/{product.pk}/").content.decode()
    assert page.count('class="gallery-item') == 3
    assert "3/3" in boss.get(f"{url}/{gone.pk}/show").content.decode()
    assert green.key


def test_a_picture_that_was_there_stays_the_first(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    data = {"name": "打印机", "unit": "piece", "picture": drawn("red"), "cost_method": "average", "traced": "none"}
    assert boss.post("/products/new", data).status_code == 302
    product = Product.objects.get()
    boss.post(f"/products/{product.pk}/pictures", {"pictures": [drawn("blue")]})
    assert colours(boss, product) == ["red", "blue"]


def test_evil_files_and_too_many_are_refused_and_nothing_is_kept(staff: Staff, browse: Browse) -> None:
    boss, product = browse(staff.boss), make_product(staff.boss, "打印机")
    url = f"/products/{product.pk}/pictures"
    svg = SimpleUploadedFile("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/png")
    page = f"http://testserver/products/{product.pk}/"
    no = boss.post(url, {"pictures": [drawn("red"), svg]}, headers={"referer": page})
    assert no.status_code == 422
    assert f'href="{page}"' in no.content.decode()  # nobody is left on a page that leads to the start only
    svg.seek(0)
    other = boss.post(url, {"pictures": [svg]}, headers={"referer": "http://elsewhere.example/"})
    assert "elsewhere" not in other.content.decode()
    assert boss.post(url, {}).status_code == 422
    assert boss.post(url, {"pictures": [drawn("red", size=(4, 4)) for __ in range(21)]}).status_code == 422
    product.refresh_from_db()
    assert not product.picture
    assert not ProductPicture.objects.exists()


def test_who_may_not_read_the_picture_reads_none(staff: Staff, browse: Browse) -> None:
    product = make_product(staff.boss, "打印机")
    url = f"/products/{product.pk}/pictures"
    browse(staff.boss).post(url, {"pictures": [drawn("red"), drawn("blue")]})
    row = ProductPicture.objects.get()
    ann = browse(staff.ann)
    assert ann.get(f"{url}/{row.pk}").status_code == 200
    assert ann.post(f"{url}/{row.pk}/out").status_code == 422
    for role in Role.objects.all():
        entity_of(Role).change(role, by=System("test"), field_rights={"catalog.product": {"picture": "hidden"}})
    for address in (f"{url}/0", f"{url}/{row.pk}", f"{url}/{row.pk}/show"):
        assert ann.get(address).status_code == 404
    assert ann.post(f"{url}/0/out").status_code == 404
    assert "gallery" not in ann.get(f"/products/{product.pk}/").content.decode().split("<main")[-1]
    assert "picture" not in ann.get("/products/pick?q=打印").json()["items"][0]
