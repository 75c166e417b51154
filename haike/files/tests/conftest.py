"""What tests of attachments share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from haike.customers.customer.record import Customer
from haike.files.attachment.record import Attachment
from haike.kernel.entity import entity_of
from haike.people.testing import Staff

Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """A media folder of its own for each test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def customer(staff: Staff) -> Customer:
    """Ann's customer."""
    return entity_of(Customer).create(by=staff.ann, name="深圳市南山机械有限公司")  # type: ignore[no-any-return]


@pytest.fixture
def send() -> Send:
    """Upload a content as scripts do: one file as the body."""

    def upload(client: Client, record: Any, name: str, content: bytes, **more: Any) -> Any:
        url = f"{entity_of(record).url_of(record)}attachments?name={quote(name, errors='replace')}"
        return client.post(url, content, content_type="application/octet-stream", **more)

    return upload


@pytest.fixture
def attached(staff: Staff, customer: Customer, send: Send, browse: Callable[..., Client]) -> Callable[..., Attachment]:
    """An attachment that Ann has made."""

    def make(name: str, content: bytes) -> Attachment:
        answer = send(browse(staff.ann), customer, name, content)
        assert answer.status_code == 201, answer.content.decode()
        return Attachment.objects.get(pk=answer.json()["id"])

    return make
