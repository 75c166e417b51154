"""Attachments through the REST API, with the rights of the token's user."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from haike.api.token import make_token
from haike.customers.customer.record import Customer
from haike.files.attachment.record import Attachment
from haike.files.tests import evil
from haike.people.testing import Staff

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P24", "P36")]


def client_of(user: Any, *, read_only: bool = False) -> Client:
    __, key = make_token(name="测试", days=1, read_only=read_only, by=user)
    return Client(headers={"Authorization": f"Bearer {key}"})


def test_upload_list_read_and_delete(staff: Staff, customer: Customer) -> None:
    ann, url = client_of(staff.ann), f"/api/v1/customers/{customer.pk}/attachments"
    made = ann.post(f"{url}?name=%E5%90%88%E5%90%8C.pdf", evil.PDF, content_type="application/pdf")
    assert made.status_code == 201, made.content
    assert (made.json()["name"], made.json()["kind"], made.json()["size"]) == ("合同.pdf", "pdf", len(evil.PDF))
    linked = ann.post(f"{url}/link", {"url": "https://example.com/a"}, content_type="application/json")
    assert linked.status_code == 201
    assert [each["kind"] for each in ann.get(url).json()] == ["link", "pdf"]
    answer = ann.get(made.json()["content"])
    assert b"".join(answer.streaming_content) == evil.PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    path = f"/api/v1/attachments/{made.json()['id']}"
    assert ann.delete(path).status_code == 204
    assert ann.get(f"{path}/content").status_code == 404
    assert len(ann.get(url).json()) == 1
    assert Attachment.objects.get(pk=made.json()["id"]).deleted_by == staff.ann


def test_refusals_are_those_of_the_screen(staff: Staff, customer: Customer) -> None:
    ann, url = client_of(staff.ann), f"/api/v1/customers/{customer.pk}/attachments"
    assert ann.post(f"{url}?name=a.pdf", evil.EXE, content_type="application/octet-stream").status_code == 422
    assert ann.post(url, evil.PDF, content_type="application/octet-stream").status_code == 422
    assert ann.post(f"{url}/link", {"url": "javascript:1"}, content_type="application/json").status_code == 422
    reader = client_of(staff.ann, read_only=True)
    assert reader.post(f"{url}?name=a.pdf", evil.PDF, content_type="application/octet-stream").status_code == 422
    assert not Attachment.objects.exists()


def test_what_is_not_yours_is_not_there(staff: Staff, customer: Customer) -> None:
    ann, cat, url = client_of(staff.ann), client_of(staff.cat), f"/api/v1/customers/{customer.pk}/attachments"
    made = ann.post(f"{url}?name=a.pdf", evil.PDF, content_type="application/octet-stream").json()
    assert cat.get(url).status_code == 404
    assert cat.post(f"{url}?name=b.pdf", evil.PDF, content_type="application/octet-stream").status_code == 404
    assert cat.get(made["content"]).status_code == 404
    assert cat.delete(f"/api/v1/attachments/{made['id']}").status_code == 404
    assert Client().get(url).status_code == 401
    assert Attachment.objects.filter(deleted_at=None).count() == 1


def test_a_token_with_limits_reaches_no_other_records(staff: Staff, customer: Customer) -> None:
    url = f"/api/v1/customers/{customer.pk}/attachments"
    made = client_of(staff.ann).post(f"{url}?name=a.pdf", evil.PDF, content_type="application/octet-stream").json()
    path = f"/api/v1/attachments/{made['id']}"

    def limited(scopes: dict[str, list[str]]) -> Client:
        __, key = make_token(name="限", days=1, read_only=False, by=staff.ann, scopes=scopes)
        return Client(headers={"Authorization": f"Bearer {key}"})

    other, reader = limited({"customers.contact": ["read", "change"]}), limited({"customers.customer": ["read"]})
    assert [other.get(each).status_code for each in (url, made["content"])] == [403, 403]
    assert [reader.get(each).status_code for each in (url, made["content"])] == [200, 200]
    for one in (other, reader):
        assert one.delete(path).status_code == 403
        assert one.post(f"{url}?name=b.pdf", evil.PDF, content_type="application/octet-stream").status_code == 403
    assert limited({"customers.customer": ["change"]}).delete(path).status_code == 204
