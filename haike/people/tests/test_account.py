"""What everybody changes about himself; the company's profile."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.account.choices import CHANNELS, cards_of, channels_of, declare_cards, declare_reminders
from haike.people.company.profile import company
from haike.people.models import User
from haike.people.testing import PASSWORD

pytestmark = pytest.mark.django_db


def me(staff):
    return User.objects.get(pk=staff.ann.pk)


def picture(kind="PNG", size=(600, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


@pytest.mark.feature("P4")
@pytest.mark.parametrize("tab", ["", "password", "taste", "workbench", "signins"])
def test_every_tab_opens(staff, browse, tab):
    assert browse(staff.ann).get(f"/account/{tab}").status_code == 200


@pytest.mark.feature("P4")
def test_phone_and_mail_take_the_password(staff, browse):
    client, fields = browse(staff.ann), {"phone": "138 1111 2222", "email": "new@example.com", "gender": "female"}
    answer = client.post("/account/", fields)
    assert answer.status_code == 422
    assert "请先输入现在的密码" in answer.content.decode()
    assert me(staff).phone == "13800000001"
    assert client.post("/account/", {**fields, "password": PASSWORD}).status_code == 302
    assert (me(staff).phone, me(staff).email, me(staff).gender) == ("13811112222", "new@example.com", "female")
    row = Change.objects.filter(entity="people.user", record_id=staff.ann.pk).latest("id")
    assert (row.by_id, set(row.diff)) == (staff.ann.pk, {"phone", "email", "gender"})


@pytest.mark.feature("P4")
def test_nobody_gives_himself_rights_on_his_account_page(staff, browse):
    fields = {
        "phone": "13800000001",
        "email": "ann@example.com",
        "roles": ["1"],
        "department": staff.east.pk,
        "name": "老板",
    }
    browse(staff.ann).post("/account/", fields)
    assert (me(staff).department_id, me(staff).name) == (staff.south.pk, "安然")
    assert [role.key for role in me(staff).roles.all()] == ["sales"]


@pytest.mark.feature("P4", "P38")
def test_look_and_signature(staff, browse):
    client = browse(staff.ann)
    fields = {
        "language": "en", "time_zone": "Europe/Berlin", "scheme": "teal", "theme": "dark", "page_size": "50",
        "density": "dense", "signature_sms": "【海客】安然", "signature_email": "安然\n海客科技",
    }  # fmt: skip
    assert client.post("/account/taste", fields).status_code == 302
    page = client.get("/account/taste").content.decode()
    assert 'lang="en"' in page
    assert 'data-scheme="teal"' in page
    assert "My account" in page
    assert (me(staff).page_size, me(staff).signature_email) == (50, "安然\n海客科技")
    assert client.post("/account/taste", {**fields, "time_zone": "Mars/Olympus"}).status_code == 422
    assert client.post("/account/taste", {**fields, "scheme": "pitch"}).status_code == 422


@pytest.mark.feature("P4")
def test_colours_and_language_from_the_menu(staff, browse):
    client = browse(staff.ann)
    assert client.post("/account/display", {"theme": "dark"}, headers={"HX-Request": "true"}).status_code == 204
    assert client.post("/account/display", {"scheme": "nonsense"}, headers={"HX-Request": "true"}).status_code == 204
    answer = client.post("/account/display", {"language": "en"}, headers={"Referer": "http://testserver/users/"})
    assert answer["Location"] == "http://testserver/users/"
    assert answer.cookies["haike_language"].value == "en"
    assert (me(staff).theme, me(staff).scheme, me(staff).language) == ("dark", "blue", "en")


@pytest.mark.feature("P4")
def test_the_address_of_the_menu_leads_to_the_page_of_looks(staff, browse):
    assert browse(staff.ann).get("/account/display")["Location"] == "/account/taste"


@pytest.mark.feature("P7")
def test_a_user_without_role_or_password_says_what_to_do_next(staff, browse):
    new = entity_of(User).create(by=staff.boss, name="新同事", username="xin", department=staff.ann.department)
    page = browse(staff.boss).get(f"/users/{new.pk}/").content.decode()
    assert f'href="/users/{new.pk}/edit" data-drawer' in page
    assert "还没有角色" in page
    assert "还没有密码" in page
    assert "还没有角色" not in browse(staff.ann).get(f"/users/{new.pk}/").content.decode()
    assert "还没有" not in browse(staff.boss).get(f"/users/{staff.ann.pk}/").content.decode().split('id="panel"')[0]


@pytest.mark.feature("P4")
def test_a_picture_is_drawn_anew(staff, browse, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = browse(staff.ann)
    upload = SimpleUploadedFile("../../evil.php", picture(), content_type="text/x-php")
    fields = {"phone": "13800000001", "email": "ann@example.com", "avatar": upload}
    assert client.post("/account/", fields).status_code == 302
    name = me(staff).avatar.name
    assert "evil" not in name
    assert name.endswith((".jpg", ".png"))
    answer = client.get(me(staff).avatar_url)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("image/")
    assert client.post("/account/", {**fields, "avatar": "", "avatar-clear": "1"}).status_code == 302
    assert not me(staff).avatar


@pytest.mark.feature("P4")
@pytest.mark.parametrize(
    ("name", "content"),
    [("a.png", b"<?php echo 1 ?>"), ("a.svg", b"<svg/>"), ("a.jpg", b""), ("a.png", b"x" * 5_000_001)],
    ids=["php", "svg", "empty", "large"],
)
def test_what_is_no_picture_is_refused(staff, browse, name, content):
    upload = SimpleUploadedFile(name, content, content_type="image/png")
    fields = {"phone": "13800000001", "email": "ann@example.com", "avatar": upload}
    browse(staff.ann).post("/account/", fields)
    assert not me(staff).avatar


@pytest.mark.feature("P4")
def test_cards_and_reminders_are_stored(staff, browse, monkeypatch):
    monkeypatch.setattr("haike.people.account.choices._cards", {})
    monkeypatch.setattr("haike.people.account.choices._reminders", {})
    monkeypatch.setattr("haike.people.account.choices._missing", {})
    monkeypatch.setitem(CHANNELS, "email", "By e-mail")
    declare_cards({"calls": "Calls", "tasks": "Tasks", "funnel": "Funnel"})
    declare_reminders({"task_due": "Tasks due", "birthday": "Birthdays"})
    assert cards_of(staff.ann) == ["calls", "tasks", "funnel"]
    assert channels_of(staff.ann, "birthday") == ("page",)
    fields = {
        "card": ["funnel", "calls", "nonsense"],
        "reminder-task_due": ["page", "email", "pigeon"],
        "reminder-birthday": [],
    }
    assert browse(staff.ann).post("/account/workbench", fields).status_code == 302
    assert cards_of(me(staff)) == ["funnel", "calls"]
    assert channels_of(me(staff), "task_due") == ("page", "email")
    assert channels_of(me(staff), "birthday") == ()


@pytest.mark.feature("P4")
def test_one_sees_only_ones_own_sign_ins(staff, sign_in):
    sign_in(Client(REMOTE_ADDR="10.1.1.1"), "cat")
    client = Client(REMOTE_ADDR="10.2.2.2")
    sign_in(client, "ann")
    page = client.get("/account/signins").content.decode()
    assert "10.2.2.2" in page
    assert "10.1.1.1" not in page


COMPANY = {
    "name": "深圳市海客科技有限公司",
    "short_name": "海客",
    "tax_number": "",
    "website": "haike.example",
    "address": "深圳南山",
}


@pytest.mark.feature("P6")
def test_the_company_profile(staff, browse, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = browse(staff.boss)
    upload = SimpleUploadedFile("logo.png", picture(), content_type="image/png")
    assert client.post("/settings/company", {**COMPANY, "logo": upload, "version": "0"}).status_code == 302
    assert (company().name, company().website, str(company())) == (COMPANY["name"], "https://haike.example", "海客")
    visitor = Client()
    assert company().logo_url in visitor.get("/signin").content.decode()
    assert visitor.get(company().logo_url)["Content-Type"].startswith("image/")
    row = Change.objects.filter(entity="people.companyprofile").latest("id")
    assert row.by_id == staff.boss.pk
    assert row.diff["name"] == ["", COMPANY["name"]]
    assert "在用用户数" in client.get("/settings/company").content.decode()


@pytest.mark.feature("P6")
def test_the_tax_number_is_checked(staff, browse):
    client = browse(staff.boss)
    answer = client.post("/settings/company", {**COMPANY, "tax_number": "91440300MA5EQXL17Q"})
    assert answer.status_code == 422
    assert 'id="error-tax_number"' in answer.content.decode()
    assert company().tax_number == ""
    assert client.post("/settings/company", {**COMPANY, "tax_number": "91350100m000100y43"}).status_code == 302
    assert company().tax_number == "91350100M000100Y43"


@pytest.mark.feature("P6")
def test_the_second_of_two_editors_is_told(staff, browse):
    client = browse(staff.boss)
    client.post("/settings/company", {**COMPANY, "version": "0"})
    assert client.post("/settings/company", {**COMPANY, "name": "另一家", "version": "0"}).status_code == 422
    assert company().name == COMPANY["name"]


@pytest.mark.feature("P6")
@pytest.mark.parametrize("who", ["ann", "ben"])
def test_only_who_may_change_settings_changes_the_profile(staff, browse, who):
    assert browse(getattr(staff, who)).post("/settings/company", COMPANY).status_code == 404
    assert company().name == ""
