"""The tables of the API."""

from haike.api.limit import TokenUse
from haike.api.once import OnceAnswer
from haike.api.token import ApiToken

__all__ = ["ApiToken", "OnceAnswer", "TokenUse"]
