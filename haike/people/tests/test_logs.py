"""The sign-in log, the operation log, the faults with their numbers."""

import io
import re

import pytest
from django.test import Client
from django.urls import include, path
from python_calamine import CalamineWorkbook

from haike.kernel.log import Change
from haike.people.error.record import ErrorRecord
from haike.people.models import Role, User
from haike.people.signin.record import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P5")]
LOGS = ["sign-ins", "operations", "errors"]


def sheet(answer) -> list[list[object]]:
    content = b"".join(answer.streaming_content)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("log", LOGS)
def test_only_who_may_read_logs_finds_them(staff, browse, log):
    for who in (staff.ann, staff.ben):
        assert browse(who).get(f"/settings/{log}/").status_code == 404
    assert browse(staff.boss).get(f"/settings/{log}/").status_code == 200


def test_the_sign_in_log_is_searched_and_exported(staff, browse, sign_in):
    sign_in(Client(REMOTE_ADDR="10.1.1.1", HTTP_USER_AGENT="Netscape"), "ann")
    sign_in(Client(REMOTE_ADDR="10.2.2.2"), "cat", "wrong")
    sign_in(Client(REMOTE_ADDR="10.3.3.3"), "=cmd|calc", "wrong")
    client = browse(staff.boss)

    def found(query):
        return set(re.findall(r"10\.\d\.\d\.\d", client.get(f"/settings/sign-ins/?{query}").content.decode()))

    assert found("") == {"10.1.1.1", "10.2.2.2", "10.3.3.3"}
    assert found("result=wrong") == {"10.2.2.2"}
    assert found("q=10.1") == {"10.1.1.1"}
    assert found("q=安") == {"10.1.1.1"}
    assert found(f"user={staff.cat.pk}") == {"10.2.2.2"}
    assert found("since=2030-01-01") == set()
    rows = sheet(client.get("/settings/sign-ins/?format=xlsx&result=unknown"))
    assert [row[4] for row in rows[1:]] == ["10.3.3.3"]
    assert Change.objects.filter(entity="people.sign-ins", action="export", by=staff.boss).count() == 1


def test_the_operation_log_tells_who_changed_what(staff, browse):
    User._haike_entity.change(staff.ann, by=staff.ben, gender="female")
    Role._haike_entity.copy(Role.objects.get(key="sales"), name="大客户销售", by=staff.boss)
    client = browse(staff.boss)

    def page(query):
        return client.get(f"/settings/operations/?{query}").content.decode()

    whole = page("")
    assert "性别" in whole
    assert "安然" in whole
    assert "大客户销售" in whole
    mine = page(f"user={staff.ben.pk}")
    assert "性别" in mine
    assert "大客户销售" not in mine
    assert "大客户销售" in page("entity=people.role&action=create")
    assert "大客户销售" not in page("entity=people.role&action=change")
    rows = sheet(client.get(f"/settings/operations/?format=xlsx&user={staff.ben.pk}"))
    assert len(rows) == 2
    assert "性别" in str(rows[1])


def test_long_logs_go_back_by_a_link(staff, browse):
    for number in range(120):
        SignIn.objects.create(at="2026-11-20T00:00:00Z", typed=f"n{number:03}", result="unknown")
    client, url, seen = browse(staff.boss), "/settings/sign-ins/?result=unknown", []
    while url:
        page = client.get(url).content.decode()
        seen += re.findall(r">(n\d\d\d)<", page)
        further = re.search(r'href="(/settings/sign-ins/\?[^"]*before=\d+)"', page)
        url = further and further[1].replace("&amp;", "&")
    assert seen == [f"n{number:03}" for number in reversed(range(120))]


def test_a_filter_that_cannot_be_read_does_no_harm(staff, browse):
    for query in ("since=yesterday-ish", "user=x", "result=nonsense", "before=x"):
        assert browse(staff.boss).get(f"/settings/sign-ins/?{query}").status_code == 200


def broken(request):
    raise ValueError("the secret word is swordfish")


@pytest.fixture
def broken_page(settings):
    settings.ROOT_URLCONF = "haike.people.tests.test_logs"


handler500 = "haike.people.error.views.server_error"
urlpatterns = [path("broken", broken), path("reset/<str:who>/<str:key>", broken), path("", include("haike.site.urls"))]


def test_a_fault_has_a_number_that_is_looked_up(staff, browse, broken_page):
    client = browse(staff.ann)
    client.raise_request_exception = False
    answer = client.get("/broken?name=secret")
    assert answer.status_code == 500
    fault = ErrorRecord.objects.get()
    page = answer.content.decode()
    assert fault.number in page
    assert "swordfish" not in page
    assert (fault.user_id, fault.path, fault.kind, fault.ip) == (staff.ann.pk, "/broken", "ValueError", "127.0.0.1")
    boss = browse(staff.boss)
    assert fault.number in boss.get(f"/settings/errors/?q={fault.number[-4:]}").content.decode()
    assert "swordfish" in boss.get(f"/settings/errors/{fault.pk}").content.decode()
    assert client.get(f"/settings/errors/{fault.pk}").status_code == 404


def test_keys_in_addresses_are_not_written_down(staff, broken_page):
    client = Client(raise_request_exception=False)
    client.get("/reset/abc/very-secret-key")
    fault = ErrorRecord.objects.get()
    assert fault.path == "/reset/"
    assert "very-secret-key" not in fault.trace
