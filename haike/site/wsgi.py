"""The WSGI application that granian serves."""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haike.site.settings")
application = get_wsgi_application()
# All pages are loaded now, not by the first visitor. What is loaded stays for good: without freezing, each full
# collection would walk over half a million objects in the middle of some request.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
# A page makes some ten thousand objects and drops them by counting; the usual 700 would collect dozens of times.
gc.set_threshold(20_000, 20, 50)
# It has tables, which are there only now.
import_module("haike.site.speed.measure").start()
