"""The API keeps what its schema promises, whatever is sent; and the committed schema is the one it has."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from haike.api.endpoints import describe
from haike.api.token import ApiToken, make_token
from haike.customers.models import Contact, Customer
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.actions import close_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P36")]
COMMITTED = Path(__file__).parents[1] / "docs" / "openapi.json"
SLUGS = ["attachments", "comments", "customers", "contacts", "follow-ups", "users", "departments", "roles"]


def described() -> str:
    """The schema as it is committed: sorted, so that a change shows as few lines."""
    with translation.override("zh-hans"):
        found = describe()
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


def test_the_committed_schema_is_the_one_of_the_code() -> None:
    """WRITE_OPENAPI=1 pytest tests/test_api_schema.py writes it anew."""
    if os.environ.get("WRITE_OPENAPI") == "1":
        COMMITTED.parent.mkdir(exist_ok=True)
        COMMITTED.write_text(described(), encoding="utf-8")
    assert COMMITTED.read_text(encoding="utf-8") == described(), "run WRITE_OPENAPI=1 pytest tests/test_api_schema.py"


# Whatever is sent, the answer is one of those that the schema names, and has the shape it says

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
quietly: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture
def one_connection() -> Iterator[None]:
    """As Django's own test client does: the end of a request does not close the connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def asker(staff: Staff) -> Staff:
    """Somebody's records to hit, besides those that the requests make."""
    for name in ("海客科技有限公司", "白云贸易有限公司"):
        customer = entity_of(Customer).create(by=staff.boss, name=name, phone="075523456789", opening_debt=5)
        entity_of(Contact).create(by=staff.boss, customer=customer, name="王一", mobile="13800138000")
    return staff


# On the database that takes less: what it is sent is looked at by the same code on both.
@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_answers_keep_the_schema(slug: str, one_connection: None, asker: Staff) -> None:
    """No server error, and every answer as described, for requests made of the schema."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), headers=bearer(asker.boss))
    operations = [found.ok() for found in schema.include(tag=slug).get_all_operations()]
    assert len(operations) >= 4, slug
    for operation in operations:
        ask(operation, asker.boss)


def ask(operation: Any, user: Any) -> None:
    """A handful of requests to one operation, most of them odd."""

    @settings(max_examples=6, **quietly)
    @given(case=operation.as_strategy())
    def probe(case: Any) -> None:
        answer = case.call(headers=bearer(user))
        assert answer.status_code < 500, (case.method, case.formatted_path, answer.text[:300])
        case.validate_response(answer, checks=CHECKS)

    probe()


def bearer(user: Any, **options: Any) -> dict[str, str]:
    token = ApiToken.objects.filter(user=user, name="probe").first()
    if token is not None:
        token.delete()
    __, key = make_token(name="probe", days=1, read_only=options.get("read_only", False), by=user)
    return {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}


# Tokens


def test_a_token_acts_with_the_rights_of_its_user(asker: Staff) -> None:
    client = Client()
    assert client.get("/api/v1/customers/").status_code == 401
    assert client.get("/api/v1/customers/", headers={"Authorization": "Bearer haike_nothing"}).status_code == 401
    assert client.get("/api/v1/customers/", headers={"Authorization": "Bearer a\0b"}).status_code == 401
    assert len(client.get("/api/v1/customers/", headers=bearer(asker.boss)).json()["items"]) == 2
    assert client.get("/api/v1/customers/", headers=bearer(asker.cat)).json()["items"] == []


def test_a_reading_token_does_not_write(asker: Staff) -> None:
    client, headers = Client(), bearer(asker.boss, read_only=True)
    key = Customer.objects.first().pk
    assert client.get(f"/api/v1/customers/{key}", headers=headers).status_code == 200
    for method, path in (("post", "/"), ("patch", f"/{key}"), ("delete", f"/{key}"), ("post", f"/{key}/restore")):
        answer = getattr(client, method)(
            f"/api/v1/customers{path}", json.dumps({"name": "x"}), content_type="application/json", headers=headers
        )
        assert answer.status_code in (401, 403, 422), (method, path)
    assert Customer.objects.live().count() == 2
    assert not Customer.objects.filter(name="x").exists()


def test_a_token_ends(asker: Staff) -> None:
    client, headers = Client(), bearer(asker.ann)
    assert client.get("/api/v1/customers/", headers=headers).status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/customers/", headers=headers).status_code == 401


def test_the_token_of_a_closed_user_is_dead(asker: Staff) -> None:
    client, headers = Client(), bearer(asker.cat)
    assert client.get("/api/v1/customers/", headers=headers).status_code == 200
    close_user(asker.cat, by=asker.boss)
    versioned.forget()
    assert client.get("/api/v1/customers/", headers=headers).status_code == 401


def test_only_a_digest_of_the_key_is_kept(asker: Staff) -> None:
    key = bearer(asker.ann)["Authorization"].removeprefix("Bearer ")
    row = ApiToken.objects.values().get()
    assert key not in str(row)
    assert row["start"] == key[:12]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '"x"', "1", '{"name": "x", "unknown": 1}', '{"name": {"a": 1}}', '{"name": "a\\u0000b"}'],
)
def test_odd_bodies_are_answered_politely(body: str, asker: Staff) -> None:
    client, headers = Client(), bearer(asker.boss)
    answer = client.post("/api/v1/customers/", body, content_type="application/json", headers=headers)
    assert answer.status_code in (201, 422), answer.content
    if answer.status_code == 201:
        assert "\0" not in Customer.objects.latest("id").name
    else:
        assert answer.json()["message"] or answer.json()["fields"]
