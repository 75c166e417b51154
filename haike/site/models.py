"""The tables of this room."""

from haike.site.speed.record import SpeedSample

__all__ = ["SpeedSample"]
