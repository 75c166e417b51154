"""The sample company: believable, the same for the same seed, made by rule without anybody's real data."""

from haike.site.demo.make import make_demo

__all__ = ["make_demo"]
