"""The WSGI application that granian serves."""

import gc
import os
from functools import lru_cache
from importlib import import_module
from threading import Thread

from django.core.wsgi import get_wsgi_application
from django.urls import ResolverMatch, get_resolver

from haike.chinese.company import normalise
from haike.chinese.pinyin import sort_key
from haike.site.one_catalogue import join_catalogues


def _warm_up() -> None:
    """Load what the first visitor would wait for: the addresses by name, for which Django imports the whole of the API,
    and the tables of readings and places, which the first new record would read while all writers wait."""
    _ = resolver.reverse_dict
    normalise("深圳市海客科技有限公司")
    sort_key("海客", person=False)
    gc.freeze()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haike.site.settings")
application = get_wsgi_application()
# All pages are loaded now, not by the first visitor. What is loaded stays for good: without freezing, each full
# collection would walk over half a million objects in the middle of some request.
resolver = get_resolver()
_ = resolver.url_patterns
find = resolver.resolve


@lru_cache(maxsize=2_000)
def resolve(address: str) -> ResolverMatch:
    """What an address leads to: the same few are asked for again and again, and it never changes."""
    match = find(address)
    # The hundreds of patterns that did not fit, which only a page for developers shows: 20 kB for each address.
    match.tried = None
    return match


resolver.resolve = resolve  # type: ignore[method-assign]
join_catalogues()
gc.collect()
gc.freeze()
# A page makes some ten thousand objects and drops them by counting; the usual 700 would collect dozens of times.
gc.set_threshold(20_000, 20, 50)
# It has tables, which are there only now.
import_module("haike.site.speed.measure").start()
Thread(target=_warm_up, name="warm up", daemon=True).start()
