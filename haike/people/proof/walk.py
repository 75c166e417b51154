"""One user's walk over the surfaces: he asks for pages, and what he gets is held against the oracle."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from zipfile import ZipFile

import orjson
from django.conf import settings
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import Http404
from django.urls import Resolver404, resolve
from django_htmx.middleware import HtmxDetails

from haike.kernel.entity import Entity, Label, entities, entity_named
from haike.people.proof.oracle import Oracle
from haike.people.seeing.guard import read_only
from haike.refused import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINK = re.compile(r'href="/([a-z0-9-]+)/(\d+)/["?#]')
NOBODYS = frozenset({"people.user", "people.department", "people.role"})
"""Links to these stand everywhere: who works here, where and as what, is no secret inside a company."""
MOST_FINDINGS = 500
OF_EACH_OWNER = 2


@dataclass(frozen=True)
class Finding:
    """A surface that showed what it should not (`leak`), or did not show what it should."""

    surface: str
    entity: str
    record: int
    user: int
    leak: bool
    where: str

    def to_data(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    path: str
    status: int
    text: str

    @property
    def shown(self) -> bool:
        """Whether there was anything to see."""
        return self.status == 200

    def links(self) -> Iterable[tuple[Entity, int]]:
        """The records to which it leads."""
        for slug, key in {*LINK.findall(self.text)}:
            entity = entity_named(slug)
            if entity is not None and entity.slug == slug:
                yield entity, int(key)

    def data(self) -> Any:
        """The JSON of it."""
        return orjson.loads(self.text) if self.shown else {}


def _texts(content: bytes) -> bytes:
    """The parts of a workbook in which its words stand."""
    with ZipFile(io.BytesIO(content)) as parts:
        return b"\n".join(parts.read(name) for name in parts.namelist() if name.startswith(("xl/work", "xl/shared")))


@dataclass
class Sample:
    """The records that the walks are about. `whole` where they are all there are, so that nothing may be missing."""

    records: dict[str, dict[int, Any]] = field(default_factory=dict)
    whole: bool = False

    def of(self, entity: Entity) -> list[Any]:
        """The records of a kind."""
        return list(self.records.get(entity.label, {}).values())

    def some(self, entity: Entity) -> list[Any]:
        """One or two of each owner, for what is asked record by record."""
        by_owner: dict[int | None, list[Any]] = {}
        for record in self.of(entity):
            by_owner.setdefault(record.owner_id, []).append(record)
        return [record for owned in by_owner.values() for record in owned[:OF_EACH_OWNER]]


class Walk:
    """What one user sees."""

    def __init__(self, user: Any, oracle: Oracle, sample: Sample) -> None:
        self.user, self.oracle, self.sample = user, oracle, sample
        self.findings: list[Finding] = []
        self.asked: Counter[str] = Counter()
        self._met: dict[tuple[str, int], Any] = {}
        self.tried: set[Any] = set()
        """What a surface asks once only, whatever the kind of record is."""

    # -- asking ----------------------------------------------------------------------------------------------------

    def ask(self, path: str) -> Answer:
        """The answer to a GET, as the user's browser would have it; nothing that it does may write."""
        with read_only():
            return self._answer(path)

    def send(self, path: str, **values: str) -> Answer:
        """The answer to a POST. Whatever it wrote, such as the number of a file, is taken back."""
        with transaction.atomic():
            answer = self._answer(path, urlencode(values).encode(), "POST")
            transaction.set_rollback(True)
        return answer

    def take(self, path: str) -> Answer:
        """The answer to a GET that is written down, such as a file; that is taken back."""
        with transaction.atomic():
            answer = self._answer(path)
            transaction.set_rollback(True)
        return answer

    def _answer(self, path: str, body: bytes = b"", method: str = "GET") -> Answer:
        parts = urlsplit(path)
        request: Any = WSGIRequest(
            {
                "REQUEST_METHOD": method, "PATH_INFO": parts.path, "QUERY_STRING": parts.query,
                "SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.input": io.BytesIO(body),
                "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
                "wsgi.url_scheme": "http",
            }
        )  # fmt: skip
        request.user, request.seeing, request.LANGUAGE_CODE = self.user, self.user, settings.LANGUAGE_CODE
        request.session, request._messages = SessionStore(), None
        request.htmx, request._dont_enforce_csrf_checks = HtmxDetails(request), True
        request._messages = FallbackStorage(request)
        try:
            view, args, keywords = resolve(parts.path)
            answer = view(request, *args, **keywords)
            content = b"" if answer.streaming else answer.content
            if answer.streaming and answer.status_code == 200 and str(answer.headers.get("Content-Type")) == XLSX:
                content = _texts(b"".join(answer.streaming_content))
        except (Http404, Resolver404):
            return Answer(path, 404, "")
        except (Refused, PermissionDenied):
            return Answer(path, 403, "")
        return Answer(path, answer.status_code, content.decode("utf-8", "replace"))

    # -- comparing -------------------------------------------------------------------------------------------------

    def may(self, entity: Entity, record: Any, action: str = "view") -> bool:
        """What the oracle says."""
        return self.oracle.may(self.user.pk, action, entity, record)

    def compare(
        self, surface: str, entity: Entity, record: Any, shown: bool, where: str, action: str = "view", tab: str = ""
    ) -> None:
        """Hold against the oracle whether a record was shown, or what belongs to one of its tabs."""
        self.asked[surface] += 1
        expected = self.may(entity, record, action)
        if shown != (expected and (not tab or self.oracle.tab(self.user.pk, entity, tab))):
            self.note(surface, entity, record.pk, shown, where)

    def shows(self, surface: str, entity: Entity, keys: Iterable[int], where: str, action: str = "view") -> None:
        """Each of these records was shown, so each must be allowed."""
        for key in keys:
            self.asked[surface] += 1
            record = self.record(entity, key)
            if record is None or not self.may(entity, record, action):
                self.note(surface, entity, key, True, where)

    def shows_all(self, surface: str, entity: Entity, keys: Iterable[int], where: str, action: str = "view") -> None:
        """These records were shown: each must be allowed, and where the sample is whole none may be missing."""
        found = set(keys)
        self.shows(surface, entity, found, where, action)
        if self.sample.whole:
            for record in self.sample.of(entity):
                # What is archived is left out of lists and found only when asked for.
                if record.pk not in found and record.archived_at is None and self.may(entity, record, action):
                    self.note(surface, entity, record.pk, False, where)

    def follow(self, surface: str, answer: Answer) -> None:
        """Every link of a page must lead to a record that the user sees."""
        for entity, key in answer.links():
            if entity.label not in NOBODYS:
                self.shows(surface, entity, [key], answer.path)

    def shows_field(self, surface: str, entity: Entity, record: Any, name: str, where: str) -> None:
        """A hidden or masked value stood there in full."""
        self.note(surface, entity, record.pk, True, f"{where} ({name})")

    def record(self, entity: Entity, key: int) -> Any:
        """A record by its key, whoever may see it; None where there is none."""
        known = self.sample.records.get(entity.label, {}).get(key)
        if known is not None:
            return known
        place = (entity.label, key)
        if place not in self._met:
            self._met[place] = entity.model._base_manager.filter(pk=key).first()
        return self._met[place]

    def allowed(self, entity: Entity, action: str = "view") -> set[int]:
        """The records of the sample that the user may act on."""
        return {record.pk for record in self.sample.of(entity) if self.may(entity, record, action)}

    def note(self, surface: str, entity: Entity, key: int, leak: bool, where: str) -> None:
        """Write down what differs; key 0 where it is about no single record."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(surface, entity.label, key, self.user.pk, leak, where[:200]))


@dataclass(frozen=True)
class Surface:
    """A place where records come out, and how a walk looks at it."""

    key: str
    label: Label
    look: Callable[[Walk, Entity], None]


_surfaces: dict[str, Surface] = {}
PAGES: list[str] = []
"""Addresses of pages that belong to no kind of record; whatever they link to is held against the oracle."""


def surface(key: str, label: Label) -> Callable[[Callable[[Walk, Entity], None]], Callable[[Walk, Entity], None]]:
    """Declare a surface; its function is called for every user and kind of record. Rooms below declare theirs."""

    def register(look: Callable[[Walk, Entity], None]) -> Callable[[Walk, Entity], None]:
        _surfaces[key] = Surface(key, label, look)
        return look

    return register


def surfaces() -> list[Surface]:
    """All surfaces of the rooms that are loaded."""
    return list(_surfaces.values())


def walk_all(walk: Walk, going_on: Callable[[], bool] = lambda: True) -> None:
    """Look at every surface for every kind of record, and at the pages between them, while there is time."""
    for entity in entities():
        for each in surfaces():
            if going_on():
                each.look(walk, entity)
    for path in PAGES:
        if going_on():
            answer = walk.ask(path)
            walk.asked["pages"] += 1
            walk.follow("pages", answer)
