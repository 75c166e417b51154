"""The tables of this room."""

from django.conf import settings

from haike.site.speed.record import SpeedSample

if settings.HAIKE_HOSTED:
    from haike.site.hosted import plan  # noqa: F401 (it tells the company's profile what is booked)

__all__ = ["SpeedSample"]
