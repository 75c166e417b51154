"""What a process that serves pages keeps in memory."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connection
from django.urls import URLResolver
from django.urls.resolvers import RoutePattern

from haike.api import endpoints
from haike.chinese import pinyin
from haike.kernel.entity import Entity, entities
from haike.site.supervise import Child

LOADED = """
import sys, threading
from haike.site.wsgi import resolver
for each in threading.enumerate():
    if each.name == "warm up":
        each.join()
print(*{"pypinyin", "openpyxl", "haike.site.demo.make"} & sys.modules.keys())
print("haike.api.endpoints" in sys.modules)
found = resolver.resolve("/customers/7/")
print(found.kwargs["pk"], found.tried)
"""


def test_pages_load_no_dictionary_of_phrases_and_no_maker_of_samples() -> None:
    """pypinyin's dictionaries take 70 MB of each process; only the maker of the sample company imports it.

    What the first page would import for the names of addresses is there before it is asked for. And of an address
    only what it leads to is kept: Django notes all patterns that did not fit, 20 kB for each of two thousand addresses.
    """
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["True", "7", "None"]


def test_the_api_describes_only_the_entities_that_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shapes of all of them are fifty megabytes; no address of a page, built from its name, may cause them."""
    made: list[str] = []
    router_for = endpoints.router_for

    def counted(entity: Entity) -> Any:
        made.append(entity.slug)
        return router_for(entity)

    monkeypatch.setattr(endpoints, "router_for", counted)
    parts = [
        endpoints.Unnamed(RoutePattern(f"{each.slug}/"), cast(Any, endpoints.Addresses(each))) for each in entities()
    ]
    api = URLResolver(RoutePattern("api/"), cast(Any, SimpleNamespace(urlpatterns=parts)))
    assert not api.reverse_dict
    assert made == []
    assert api.resolve("api/customers/7").kwargs == {"pk": 7}
    assert api.resolve("api/customers/").url_name == "customer_read_list"
    assert made == ["customers"]


@pytest.mark.sqlite
def test_connections_keep_few_pages(db: None) -> None:
    """Each thread has one; what is read again comes from the file that is mapped, and so from the system's memory."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        assert cursor.fetchone() == (-4096,)


def test_letters_are_kept_of_characters_that_were_met() -> None:
    tables = pinyin._tables.__wrapped__()
    assert len(tables.initials) == 0
    assert [tables.initials[ord(char)] for char in "海客A-"] == ["h", "k", "a", ""]
    assert len(tables.initials) == 4
    assert len(tables.syllables) > 40_000


def test_threads_share_one_pool_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os, sys; sys.exit(int(os.environ['MALLOC_ARENA_MAX']))"
    for wanted, said in ((1, None), (5, "5")):
        if said:
            monkeypatch.setenv("MALLOC_ARENA_MAX", said)
        child = Child("one", [sys.executable, "-c", code])
        child.start()
        assert child.process is not None
        assert child.process.wait(20) == wanted
