"""What is no number, or too large a one, wherever an address or a form takes a number: never a fault of the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from haike.customers.customer.record import Customer
from haike.find import finder as find
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.versioned import Version
from haike.people.testing import Staff

HUGE = str(10**30)
ODD = ["²", "１", "-1", HUGE, ""] if connection.vendor == "postgresql" else ["-1", HUGE]
"""Digits to Python that are none to `int`, digits of other scripts, and numbers that no database takes. What Python
itself refuses need not be sent on both databases."""
FEW = 6
TEXTS = {
    "slug": "customers",
    "key": "customer_level",
    "name": "name",
    "room": "customers",
    "dictionary": "customer_level",
}


class Noted(QueryDict):
    """What was sent, which notes the names that a view asks for."""

    asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        Noted.asked.add(key)
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> Any:
        Noted.asked.add(key)
        return super().getlist(key, default)

    def __getitem__(self, key: str) -> Any:
        Noted.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        Noted.asked.add(str(key))
        return super().__contains__(key)


def patterns(found: Any, before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in found:
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, before + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield before + str(entry.pattern), entry.pattern.converters


def addresses(pk: str) -> Iterator[str]:
    """Every registered address, with `pk` where a record is named."""
    for route, converters in patterns(get_resolver().url_patterns):
        path = "/" + route
        for name, converter in converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            value = pk if kind == "int" else TEXTS.get(name, "1")
            path = path.replace(f"<{kind}:{name}>", value).replace(f"<{name}>", value)
        if not set("<>^$(") & set(path):
            yield path


def versions() -> dict[str, int]:
    return dict(Version.objects.values_list("name", "value"))


class Visitor:
    """The boss, who sends odd things and leaves everything as it was."""

    def __init__(self, user: Any) -> None:
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user)
        self.session = self.client.cookies[settings.SESSION_COOKIE_NAME].value
        self.faults: list[str] = []
        self.versions = versions()

    def send(self, method: str, path: str, data: dict[str, str]) -> set[str]:
        """Send once; returns the names that the view asked for."""
        Noted.asked = set()
        self.client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        with transaction.atomic():
            if method == "get":
                answer = self.client.get(path, data)
            else:
                answer = self.client.post(path, urlencode(data), content_type="application/x-www-form-urlencoded")
            bumped = versions() != self.versions
            transaction.set_rollback(True)
        if bumped:
            versioned.forget()
            find.forget()
        if answer.status_code >= 500:
            self.faults.append(f"{method} {path} {data}: {answer.status_code}")
        return {name for name in Noted.asked if name != "csrfmiddlewaretoken"}


@pytest.fixture
def visitor(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setattr("django.core.handlers.wsgi.QueryDict", Noted)
    monkeypatch.setattr("django.http.request.QueryDict", Noted)
    return Visitor(staff.boss)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_no_number_is_answered(method: str, visitor: Visitor, staff: Staff) -> None:
    customer = entity_of(Customer).create(by=staff.boss, name="深圳市海客科技有限公司")
    sent = 0
    for path in addresses(str(customer.pk)):
        known: set[str] = set()
        new = visitor.send(method, path, {})
        while new:
            known |= new
            # A form reads all its fields at once; elsewhere the first odd thing might hide the next.
            alone = [{name: odd} for name in sorted(new) for odd in ODD] if len(new) <= FEW else []
            found: set[str] = set()
            for data in [*alone, *(dict.fromkeys(known, odd) for odd in ODD)]:
                found |= visitor.send(method, path, data)
                sent += 1
            new = found - known
    assert visitor.faults == []
    assert sent > 300


@pytest.mark.parametrize("value", ["²", HUGE, "1e999999999", "NaN"])
def test_no_filter_trips_over_a_number(value: str, visitor: Visitor) -> None:
    """One field of each kind, with each of its operators."""
    kinds = {type(look): (name, look) for name, look in entity_of(Customer).looks.items()}
    for name, look in kinds.values():
        for operator in look.operators:
            line = {"field": name, "op": operator, "value": [value, value]}
            visitor.send("get", "/customers/", {"f": json.dumps({"all": [line]})})
    assert visitor.faults == []


def test_no_record_has_such_a_number(visitor: Visitor) -> None:
    for path in addresses(HUGE):
        for method in ("get", "post"):
            visitor.send(method, path, {})
    assert visitor.faults == []
