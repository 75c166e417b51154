"""Many companies in one PostgreSQL: each sees its own people only, and without a company nothing opens.

Hosted mode is another set of settings, so it runs in processes of its own, on a database of its own.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone

ROOT = Path(__file__).resolve().parents[1]
URL = os.environ.get("HAIKE_TEST_POSTGRES", "")
pytestmark = [pytest.mark.postgresql, pytest.mark.slow, pytest.mark.feature("P40")]

Haike = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def haike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Haike]:
    name = f"haike_hosted_{os.getpid()}"
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HAIKE_")}
    environment = kept | {
        "HAIKE_DATA": str(tmp_path_factory.mktemp("hosted")),
        "HAIKE_DATABASE_URL": URL.rpartition("/")[0] + "/" + name,
        "HAIKE_DATABASE_POOL": "2",
        "HAIKE_HOSTED": "1",
        "HAIKE_LANG": "en",
        "HAIKE_PASSWORD": "kaffee-mit-milch-7",
        "PYTHONPATH": str(ROOT),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "haike", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    for arguments in [
        ("migrate",),
        ("company", "add", "acme", "Acme", "acme.localhost"),
        ("company", "add", "beta", "Beta", "beta.localhost"),
        ("user", "--company", "acme", "add", "anna", "--boss"),
        ("user", "--company", "beta", "add", "ben", "--boss"),
    ]:
        done = run(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    yield run
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_companies_are_listed(haike: Haike) -> None:
    listed = haike("company", "list").stdout
    assert [line.split() for line in listed.splitlines()] == [
        ["acme", "Acme", "acme.localhost"],
        ["beta", "Beta", "beta.localhost"],
    ]


def test_each_company_has_its_own_people(haike: Haike) -> None:
    assert haike("user", "--company", "acme", "list").stdout.split()[0] == "anna"
    assert haike("user", "--company", "beta", "list").stdout.split()[0] == "ben"


def test_without_a_company_nothing_opens(haike: Haike) -> None:
    assert "--company" in haike("user", "list").stderr
    done = haike("manage", "shell", "-c", "from haike.people.models import User; print(User.objects.count())")
    assert done.returncode != 0
    assert "people_user" in done.stderr


def test_a_request_goes_to_the_company_of_its_host(haike: Haike) -> None:
    code = """
from django.core.signals import request_finished
from django.db import connection
from django.test import Client
from haike.people.models import User
seen = []
def note(**facts):
    closed = connection.schema_name == "public"
    seen.append("closed" if closed else list(User.objects.values_list("username", flat=True)))
request_finished.connect(note)
for host in ("acme.localhost", "beta.localhost"):
    print(host, Client().get("/healthz", headers={"host": host}).status_code)
for path in ("/signin", "/healthz"):
    print(path, Client().get(path, headers={"host": "nobody.localhost"}).status_code)
print(seen)
"""
    said = haike("manage", "shell", "-v0", "-c", code)
    assert said.stdout.splitlines()[-5:] == [
        "acme.localhost 200",
        "beta.localhost 200",
        "/signin 404",
        "/healthz 200",
        "[['anna'], ['ben'], 'closed', 'closed']",
    ], said.stderr


def test_a_bad_key_is_refused(haike: Haike) -> None:
    done = haike("company", "add", "pg_catalog", "Bad", "bad.localhost")
    assert done.returncode == 1
    assert "acme" in haike("company", "list").stdout


def test_the_doors_open_each_company(haike: Haike) -> None:
    code = """
from haike.company import doors
from haike.people.models import User
for name, door in doors().items():
    with door():
        print(name, list(User.objects.values_list("username", flat=True)))
"""
    said = haike("manage", "shell", "-v0", "-c", code)
    assert said.stdout.splitlines()[-2:] == ["acme ['anna']", "beta ['ben']"], said.stderr


def test_files_of_companies_lie_apart(haike: Haike) -> None:
    code = """
from haike.company import doors
from haike.files.blob import keep, store
for name, door in doors().items():
    with door():
        blob = keep([b"one text"], "a.txt")
        path = store().path(blob.path)
        print(name, f"/media/{name}/files/" in path, blob.open().read(), len(store().listdir("files")[0]))
"""
    said = haike("manage", "shell", "-v0", "-c", code)
    assert said.stdout.splitlines()[-2:] == [f"{name} True b'one text' 1" for name in ("acme", "beta")], said.stderr


def test_foreign_keys_are_checked_at_once(haike: Haike) -> None:
    code = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND condeferred")
    print(cursor.fetchone())
"""
    assert haike("manage", "shell", "-v0", "-c", code).stdout.splitlines()[-1] == "(0,)"


EVERY_SCREEN = """
import re
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.test import Client
from haike.company import doors
from haike.customers.models import Customer
from haike.kernel.entity import entities, entity_of
from haike.papers.actions import token_of
from haike.papers.models import PaperLink
from haike.people.models import User
from haike.sales.models import Quote
made = {}
for name, door in doors().items():
    with door():
        boss = User.objects.get(roles__key="boss")
        made[name] = entity_of(Customer).create(by=boss, name=f"{name} 机密有限公司", phone="13800138000")
        made[name, "client"] = client = Client(headers={"host": f"{name}.localhost"})
        client.force_login(boss)
        quote = entity_of(Quote).create(by=boss, subject="机组", customer=made[name])
        form = client.get(f"/quotes/{quote.pk}/paper/send").content.decode()
        token = re.findall(r'name="token" value="([^"]+)"', form)[0]
        client.post(f"/quotes/{quote.pk}/paper/send", {"token": token, "days": "30"})
        made[name, "paper"] = f"/public/papers/{token_of(PaperLink.objects.get())}"
bad, crossed, seen = [], [], 0
for name, other in (("acme", "beta"), ("beta", "acme")):
    client = made[name, "client"]
    paths = ["/today/", "/account/", "/settings/", "/palette?q=机密", "/search?q=机密", "/jobs/", "/help/", "/api/v1/openapi.json"]
    for entity in entities():
        paths += [f"{entity.url}{part}" for part in ("", "count", "pick?q=机密", "filter", "columns")]
        paths += [f"/api/v1/{entity.slug}/"]
        paths += [f"{entity.url}new"] if entity.creatable else []
    base = entity_of(Customer).url_of(made[name])
    paths += [f"{base}{part}" for part in ("", "edit", "log", "share", "transfer")]
    for path in paths:
        answer = client.get(path)
        if answer.status_code not in (200, 302):
            bad.append((name, path, answer.status_code))
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        seen += f"{name} 机密".encode() in text
        if f"{other} 机密".encode() in text:
            crossed.append((name, path))
    stolen = Client(headers={"host": f"{other}.localhost"})
    stolen.cookies = client.cookies
    if stolen.get("/customers/").status_code != 302:
        crossed.append((name, "session"))
    stranger = {of: Client(headers={"host": f"{of}.localhost"}).get(made[name, "paper"]) for of in (name, other)}
    if stranger[other].status_code != 404 or f"{name} 机密" not in stranger[name].content.decode():
        crossed.append((name, "paper"))
print(bad, crossed, seen > 10)
"""


@pytest.mark.feature("P9")
def test_every_screen_in_two_companies_and_nothing_crosses(haike: Haike) -> None:
    """Both have a customer with the same key and number; each sees its own; a session or the link of a paper opens one
    company only."""
    said = haike("manage", "shell", "-v0", "-c", EVERY_SCREEN)
    assert said.stdout.splitlines()[-1:] == ["[] [] True"], said.stdout[-3000:] + said.stderr[-3000:]


PROFILE = """
import re
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.test import Client
from haike.company import doors
from haike.files.blob import keep
from haike.people.models import User
for name, door in doors().items():
    with door():
        keep([b"x" * 2048], "a.txt")
        client = Client(headers={"host": f"{name}.localhost"})
        boss = User.objects.get(roles__key="boss")
        client.force_login(boss)
        page = client.get("/settings/company").content.decode()
        print(name, re.findall("<dt>([^<]+)</dt><dd>([^<]+)</dd>", page[page.index('class="facts"'):]))
"""


@pytest.mark.feature("P6")
def test_the_profile_tells_what_is_booked_and_used(haike: Haike) -> None:
    until = timezone.localdate() + timedelta(days=30)
    booked = ("--plan", "Team", "--seats", "5", "--from", "2026-01-01", "--until", f"{until}", "--storage", "100")
    assert haike("company", "plan", "acme", *booked).returncode == 0
    assert "nobody" in haike("company", "plan", "nobody", "--seats", "5").stderr
    assert haike("company", "plan", "acme", "--seats", "0").returncode == 2
    said = haike("manage", "shell", "-v0", "-c", PROFILE)
    assert said.returncode == 0, said.stderr
    acme, beta = said.stdout.splitlines()[-2:]
    for piece in ("('套餐', 'Team')", "已用 1，共 5", "2026-01-01", f"{until}（剩 30 天）", "共 100"):
        assert piece in acme, said.stdout + said.stderr
    assert "授权用户数" not in beta
    assert "('存储空间', '已用 2.0" in beta
