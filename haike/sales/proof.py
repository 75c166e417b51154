"""What the check of rights knows: converted leads are read-only, a talk is its author's, pipelines need a grant."""

from typing import Any

from haike.catalog.policy import COST
from haike.kernel.entity import entity_of
from haike.people.proof.oracle import RULES, TABS, Oracle
from haike.people.proof.walk import PAGES
from haike.sales.order.record import Order
from haike.work.proof import only_the_author

PAGES += ["/opportunities/funnel", "/opportunities/forecast", "/opportunities/outcome"]


def converted_is_read_only(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """What became a customer is changed and deleted by nobody; it may still be handed over and shared."""
    return usual and not (record.state == "converted" and action in ("edit", "bulk", "delete", "approve"))


def talk_with_a_lead(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Only the author writes, and nobody any more when the lead has become a customer."""
    if record.lead.state == "converted" and action not in ("view", "export", "print"):
        return False
    return only_the_author(oracle, user, action, record, usual)


RULES["sales.lead"] = converted_is_read_only
RULES["sales.leadfollowup"] = talk_with_a_lead


def signed_is_not_deleted(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """What was signed is deleted by nobody; of what has gone out, only who has the switch changes anything."""
    if record.shipping != "none" and action in ("edit", "bulk", "delete"):
        given = {grant for role in oracle.roles_of(user) for grant in role.grants}
        usual = usual and bool({"*", "manage_shipped_orders"} & given)
    return usual and not (action == "delete" and record.state != "draft")


RULES["sales.order"] = signed_is_not_deleted


def sees_margins(oracle: Oracle, user: int) -> bool:
    """Whoever may see costs, and the prices of orders."""
    readable = [oracle.field(user, entity_of(Order), name) in ("read", "edit") for name in ("lines", "net")]
    return oracle.does(user, COST) and all(readable)


TABS["sales.order", "margin"] = sees_margins
TABS["sales.contract", "margin"] = sees_margins


def with_the_grant_for_pipelines(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Everybody knows pipelines and stages; only a grant lets somebody set them up, and they are not handed on."""
    if action == "view" or not usual:
        return usual
    given = {grant for role in oracle.roles_of(user) for grant in role.grants}
    return action not in ("transfer", "share", "approve") and bool({"*", "pipelines"} & given)


RULES["sales.pipeline"] = with_the_grant_for_pipelines
RULES["sales.stage"] = with_the_grant_for_pipelines
