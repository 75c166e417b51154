"""Making the text of a contract from a template, and the versions that it has had."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from haike.bulk.pages import KINDS
from haike.catalog.paper.page import facts_of
from haike.catalog.paper.words import fill, names_in, placeholders
from haike.kernel import change
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change, within_batch
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.said import said
from haike.sales.contract.record import ACTIVE, DRAFT, Contract
from haike.sales.contract.text.facts import BLANK
from haike.sales.contract.text.record import ABOUT, ContractTemplate

TEXT = "contract-text"
KINDS[TEXT] = _("Text of a contract")
FIXED = _("The text of this contract cannot be changed.")
HAN = re.compile(r"[\u4e00-\u9fff]")
ISO_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")


@dataclass(frozen=True)
class Made:
    """What a template gives with the facts of a contract, and what of them is not known."""

    heading: str
    text: str
    unknown: list[str]


@dataclass(frozen=True)
class Version:
    """A text that a contract has had: `key` is its row of the change log, 0 for the text it began with."""

    key: int
    at: datetime
    by: Any
    text: str


def offered(contract: Contract, user: Actor) -> list[ContractTemplate]:
    """The templates to choose from; those of the contract's own kind first, those of other kinds last."""
    rows = list(ContractTemplate.objects.visible_to(user).filter(archived_at=None).order_by("name", "id"))
    return sorted(rows, key=lambda each: (each.kind != contract.kind or not each.kind, bool(each.kind)))


def may_make(contract: Contract, user: Actor) -> bool:
    """Whether a user may write the text of this contract at all."""
    entity = entity_of(Contract)
    open_still = contract.deleted_at is None and contract.state in (DRAFT, ACTIVE)
    able = entity.policy.allows(user, "edit", contract) and "text" in entity.editable_by(user, made=True)
    return open_still and able and entity.policy.right_to(user, "text", contract) == "edit"


def fill_in(contract: Contract, template: ContractTemplate, user: Any) -> Made:
    """The template with the facts of a contract, as far as the user may read them; nothing is saved.

    The facts are worded in the language of the template, whatever language its user reads.
    """
    chinese = bool(HAN.search(template.text))
    with override("zh-hans" if chinese else "en"):
        facts = facts_of(contract, user)
        if chinese:
            facts = {name: ISO_DAY.sub(_day, value) for name, value in facts.items()}
        # Its own text and heading say nothing of a contract.
        facts |= {"text": "", "heading": ""}
        heading, text = (
            fill(written, ABOUT, facts, html=False, empty=BLANK)
            for written in (template.heading or template.name, template.text)
        )
    known = placeholders(ABOUT)
    unknown = [str(known[name]) for name in names_in(template.text, ABOUT) if not facts.get(name)]
    return Made(" ".join(heading.split())[:120], text.strip(), unknown)


def _day(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    return f"{year}年{int(month)}月{int(day)}日"


def make_text(contract: Contract, template: ContractTemplate, *, by: Any, version: int | None = None) -> Batch | None:
    """Make the text anew; the former one stays in the change log. The batch takes it back, None if nothing changed.

    `version` is that of the contract which the writer has seen; raises Refused, Conflict.
    """
    if not may_make(contract, by):
        raise Refused(FIXED)
    entity, made = entity_of(Contract), fill_in(contract, template, by)
    able = entity.editable_by(by, made=True)
    values = {"text": entity.looks["text"].parse(made.text, by), "heading": made.heading}
    with transaction.atomic():
        batch = start_batch(entity, TEXT, said(_("Text of %(contract)s"), contract=contract), by=by)
        with within_batch(batch):
            after = entity.change(
                contract, by=by, version=version, batch=batch,
                **{name: value for name, value in values.items() if name in able},
            )  # fmt: skip
            change.settle(Contract, contract.pk, text_from=template.pk)
        if after.version == contract.version and contract.text_from_id == template.pk:
            transaction.set_rollback(True)
            return None
    return batch


def versions(contract: Contract) -> list[Version]:
    """All texts that a contract has had, the present one first."""
    rows = Change.objects.filter(entity=ABOUT, record_id=contract.pk, diff__has_key="text").select_related("by")
    found: list[Version] = []
    for row in rows.order_by("id"):
        before, after = row.diff["text"]
        if not found:
            found.append(Version(0, contract.created_at, contract.created_by, before or ""))
        found.append(Version(row.pk, row.at, row.by, after or ""))
    if not found:
        found.append(Version(0, contract.created_at, contract.created_by, contract.text))
    return [each for each in reversed(found) if each.text]
