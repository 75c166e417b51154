"""The command line: both languages, the first account, what it says when something is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connection

from haike.customers.models import Customer
from haike.find.statistics import count
from haike.kernel.checks import check_entities
from haike.kernel.entity import entities
from haike.people.models import User
from haike.site import migrating
from haike.site.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parents[3]
GOOD_PASSWORD = "kaffee-mit-milch-7"


def haike(*arguments: str, entered: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=entered, env={"HAIKE_PASSWORD": None})


@pytest.mark.parametrize(("language", "words"), [("zh", ["用法：", "选项", "启动海客"]), ("en", ["Usage:", "Options"])])
def test_help_in_both_languages(language: str, words: list[str]) -> None:
    environment = os.environ | {"HAIKE_LANG": language, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "haike", "--help"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    for word in words:
        assert word in said


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads_and_explains_itself(name: str) -> None:
    result = haike(name, *([] if name == "manage" else ["--help"]))
    assert result.exit_code == 0, result.output
    assert len(result.output) > 50


def test_a_mistyped_command_is_told() -> None:
    result = haike("runn")
    assert result.exit_code == 2
    assert "runn" in result.output


@pytest.mark.usefixtures("nobody")
def test_first_account() -> None:
    result = haike("user", "add", "Wang", "--name", "王总", "--boss", entered=f"{GOOD_PASSWORD}\n{GOOD_PASSWORD}\n")
    assert result.exit_code == 0, result.output
    user = User.objects.get()
    assert (user.username, user.name, user.is_boss) == ("wang", "王总", True)
    assert user.check_password(GOOD_PASSWORD)
    assert "wang" in haike("user", "list").output


@pytest.mark.usefixtures("nobody")
def test_a_weak_password_is_refused_and_nobody_is_made() -> None:
    result = haike("user", "add", "wang", "--boss", entered="12345\n12345\n")
    assert result.exit_code == 1
    assert not User.objects.exists()


@pytest.mark.usefixtures("nobody")
def test_a_taken_name_is_refused() -> None:
    haike("user", "add", "wang", "--boss", entered=f"{GOOD_PASSWORD}\n{GOOD_PASSWORD}\n")
    result = haike("user", "add", "WANG", entered=f"{GOOD_PASSWORD}\n{GOOD_PASSWORD}\n")
    assert result.exit_code == 1
    assert User.objects.count() == 1


@pytest.mark.usefixtures("nobody")
def test_a_new_password_for_who_lost_his() -> None:
    haike("user", "add", "wang", "--boss", entered=f"{GOOD_PASSWORD}\n{GOOD_PASSWORD}\n")
    result = haike("user", "password", "wang", entered="tee-ohne-milch-8\ntee-ohne-milch-8\n")
    assert result.exit_code == 0, result.output
    assert User.objects.get().check_password("tee-ohne-milch-8")
    assert haike("user", "password", "li", entered="x\nx\n").exit_code == 1


@pytest.mark.usefixtures("nobody")
def test_entity_prints_what_is_derived() -> None:
    for entity in entities():
        result = haike("entity", entity.slug)
        assert result.exit_code == 0, f"{entity.slug}: {result.output} {result.exception!r}"
        assert f"/{entity.slug}/" in result.output
        for name in entity.looks:
            assert name in result.output


def test_an_unknown_entity_names_the_nearest() -> None:
    result = haike("entity", "customer")
    assert result.exit_code == 1
    assert "customers" in result.output


@pytest.mark.usefixtures("nobody")
def test_the_database_of_the_tests_is_up_to_date() -> None:
    assert migrating.pending() == []


@pytest.mark.usefixtures("nobody")
def test_statistics_are_counted() -> None:
    count(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_stat1" if connection.vendor == "sqlite" else "SELECT 1")
        assert cursor.fetchone()[0] > 0


def test_a_single_company_knows_no_companies() -> None:
    result = haike("company", "list")
    assert result.exit_code == 1
    assert "HAIKE_HOSTED" in result.output


@pytest.mark.parametrize(
    ("built", "slow"),
    [
        ("'--prefix=/home/me/.pyenv/versions/3.11.7' '--enable-shared'", True),
        ("", True),
        ("'--prefix=/usr/local' '--enable-optimizations' '--with-lto'", False),
        ("'--enable-shared' '--prefix=/usr'", False),
        (None, False),
    ],
)
def test_check_tells_of_a_slow_python(built: str | None, slow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_config_var", {"CONFIG_ARGS": built}.get)
    result = haike("check", "--no-database")
    assert result.exit_code == 0, result.output
    assert ("haike.W103" in result.output) == slow


@pytest.mark.parametrize("name", ["submit", "action", "elements"])
def test_a_field_named_like_what_forms_have_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [each for each in check_entities() if each.id == "haike.E006"] == []
    monkeypatch.setattr(Customer._meta.get_field("remark"), "name", name)
    (fault,) = (each for each in check_entities() if each.id == "haike.E006")
    assert name in str(fault.msg)
    assert "rename it" in str(fault.msg)
