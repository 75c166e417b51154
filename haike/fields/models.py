"""The tables of own fields and layouts."""

from haike.fields.layout.record import Layout
from haike.fields.own_field.record import OwnField

__all__ = ["Layout", "OwnField"]
