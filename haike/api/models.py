"""The tables of the API."""

from haike.api.limit import TokenUse
from haike.api.once import OnceAnswer
from haike.api.token import ApiToken
from haike.api.webhook.record import Delivery, Webhook

__all__ = ["ApiToken", "Delivery", "OnceAnswer", "TokenUse", "Webhook"]
