"""The contract templates that a new company finds: a sale of goods, and a service."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from haike.kernel.record import writer
from haike.sales.contract.text.record import ContractTemplate

TEXTS = Path(__file__).with_name("usual_texts")
TEMPLATES = (
    ("sale", "购销合同", "产品购销合同"),
    ("service", "服务合同", "服务合同"),
)
"""The kind of contract, which is also the name of the file with the text, the name and the heading."""


def seed() -> None:
    """Give a company its first templates; one that has ever had any keeps what it has."""
    if ContractTemplate._base_manager.exists():
        return
    now = timezone.now()
    with writer():
        for kind, name, heading in TEMPLATES:
            text = (TEXTS / f"{kind}.txt").read_text(encoding="utf-8").strip()
            ContractTemplate(name=name, kind=kind, heading=heading, text=text, created_at=now, changed_at=now).save()
