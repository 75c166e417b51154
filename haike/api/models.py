"""The tables of the API."""

from haike.api.token import ApiToken

__all__ = ["ApiToken"]
