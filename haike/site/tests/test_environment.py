"""What the environment says and how mistakes in it are told."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from haike.site import environment


def test_secret_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAIKE_SECRET_KEY")
    first = environment.secret_key(tmp_path)
    assert len(first) > 50
    assert environment.secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_secret_key_of_the_environment_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIKE_SECRET_KEY", "given")
    assert environment.secret_key(tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAIKE_SECRET_KEY")
    numbers = iter(range(100))
    monkeypatch.setattr(environment.os, "getpid", lambda: next(numbers))
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: environment.secret_key(tmp_path), range(32)))
    assert len(keys) == 1


def test_database_url() -> None:
    settings = environment.postgresql("postgres://an%40n:p%2Fw@db.local:5433/crm?sslmode=require", hosted=False, pool=3)
    assert settings["ENGINE"] == "haike.site.postgresql"
    assert (settings["USER"], settings["PASSWORD"], settings["HOST"]) == ("an@n", "p/w", "db.local")
    assert (settings["NAME"], settings["PORT"]) == ("crm", "5433")
    assert settings["OPTIONS"] == {
        "sslmode": "require",
        "options": "-c jit=off",
        "pool": {"min_size": 1, "max_size": 3, "timeout": 10},
    }
    assert settings["PLANS"]


def test_database_by_socket_and_without_pool() -> None:
    settings = environment.postgresql("postgres:///crm?host=/run/postgresql", hosted=True, pool=0)
    assert not settings["PLANS"]
    assert settings["ENGINE"] == "django_tenants.postgresql_backend"
    assert (settings["HOST"], settings["OPTIONS"]) == (
        "/run/postgresql",
        {"options": "-c jit=off"},
    )


def test_options_of_the_database_url_win() -> None:
    url = "postgres://u@db/crm?options=-c%20jit%3Don%20-c%20work_mem%3D64MB"
    settings = environment.postgresql(url, hosted=False, pool=0)
    assert settings["OPTIONS"]["options"] == "-c jit=off -c jit=on -c work_mem=64MB"


@pytest.mark.parametrize("url", ["mysql://x/y", "postgres://host", "nonsense"])
def test_wrong_database_url_says_what_to_write(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="write postgres://"):
        environment.postgresql(url, hosted=False, pool=0)


def test_mail_server(tmp_path: Path) -> None:
    settings = environment.email("smtps://haike:geheim@mail.local", tmp_path)
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"], settings["EMAIL_USE_SSL"]) == ("mail.local", 465, True)
    assert environment.email("", tmp_path)["EMAIL_FILE_PATH"] == str(tmp_path / "mail")


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_flag(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIKE_DEBUG", value)
    assert environment.flag("HAIKE_DEBUG") is expected


def test_wrong_values_name_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIKE_DEBUG", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="HAIKE_DEBUG"):
        environment.flag("HAIKE_DEBUG")
    monkeypatch.setenv("HAIKE_DATABASE_POOL", "many")
    with pytest.raises(ImproperlyConfigured, match="HAIKE_DATABASE_POOL"):
        environment.number("HAIKE_DATABASE_POOL", 8)
    monkeypatch.setenv("HAIKE_LOG", "xml")
    with pytest.raises(ImproperlyConfigured, match="HAIKE_LOG"):
        environment.log_format()
