"""The REST API: list, read, create, change, delete and restore for every entity, from its declaration.

The same selection, policy and writers as the screens: what a user sees there he gets here, and nothing else.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from typing import Any, Literal

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI, Query, Router, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer, SessionAuth
from pydantic import create_model

from haike import __version__
from haike.api.answer import to_answer
from haike.api.limit import TooMany, demand_rate
from haike.api.once import once
from haike.api.shapes import (
    ConflictFault,
    Fault,
    answer_shape,
    change_shape,
    create_shape,
    describe_own_fields,
    own_looks,
    writable,
)
from haike.api.token import SCOPES, ApiToken, token_for
from haike.kernel.entity import Entity, entities, entity_of
from haike.kernel.log import origin
from haike.kernel.paths import select_paths
from haike.kernel.selection import Selection, fetch_ahead
from haike.refused import Conflict, Doubt, Refused
from haike.screens.module import SwitchedOff, demand_on

log = logging.getLogger("haike.api")
MOST_ROWS, MOST_BODY = 200, 1_000_000
LARGEST_KEY = 2**63 - 1


class Orjson(BaseRenderer):
    """Answers by orjson."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


class OrjsonParser(Parser):
    """Bodies by orjson; what is no JSON object is a fault of the caller."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise Refused(_("The body is not JSON.")) from error


class TokenAuth(HttpBearer):
    """`Authorization: Bearer haike_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = token_for(token) if "\0" not in token else None
        if found is None:
            return None
        demand_rate(found)
        if found.read_only and request.method not in ("GET", "HEAD"):
            raise Refused(_("This token only reads."))
        request.user = found.user
        origin.set(f"api {found.name}"[:60])
        return found


class SignedIn(SessionAuth):
    """A browser that is signed in, for the page where the API can be tried."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user if request.user.is_authenticated else None


class ListQuery(Schema):
    """How a list is narrowed, ordered and paged."""

    q: str = ""
    tab: str = ""
    f: str = ""
    sort: str = ""
    limit: int = 50
    after: str = ""
    count: bool = False
    state: Literal["active", "archived", "bin"] = "active"


class OwnFieldsApi(NinjaAPI):
    """The API, described with the fields that the company has added."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            title="Haike",
            version=__version__,
            urls_namespace="api",
            auth=[TokenAuth(), SignedIn()],
            renderer=Orjson(),
            parser=OrjsonParser(),
            docs=Swagger(settings={"persistAuthorization": True}),
            docs_url="/docs",
            description="Every record of Haike, with the rights of the token's user. "
            "Fields and filters are as on screen.",
            **options,
        )

    def get_openapi_schema(self, **options: Any) -> Any:
        found = super().get_openapi_schema(**options)
        describe_own_fields(found, entities())
        return found


api = OwnFieldsApi()


class Part(OwnFieldsApi):
    """Some of the endpoints, which answer to errors as all do."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        return api.on_exception(request, exc)


@api.exception_handler(TooMany)
def too_many(request: HttpRequest, no: TooMany) -> HttpResponse:
    """Asked too often; the header tells when to come again."""
    message = _("Too many requests; come again in %(seconds)s seconds.") % {"seconds": no.seconds}
    answer = api.create_response(request, {"message": str(message), "fields": {}}, status=429)
    answer["Retry-After"] = str(no.seconds)
    return answer


@api.exception_handler(Refused)
def refused(request: HttpRequest, no: Refused) -> HttpResponse:
    """The same sentence as on the screen."""
    if isinstance(no, Conflict):
        body = conflict_body(request, no)
        return api.create_response(request, body, status=409)
    fields = {name: str(sentence) for name, sentence in no.fields.items()}
    return api.create_response(request, {"message": str(no.message) or str(no), "fields": fields}, status=422)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A body or query of the wrong shape."""
    fields = {_place(each["loc"]): str(FAULTS.get(each["type"], each["msg"])) for each in error.errors}
    message = _("The request cannot be read; `fields` says why.")
    return api.create_response(request, {"message": str(message), "fields": fields}, status=422)


REQUIRED = _("This field must be filled in.")
FAULTS = {
    "missing": REQUIRED,
    "int_parsing": _("This must be a whole number."),
    "bool_parsing": _("This must be true or false."),
}
"""What is said of faults by the words of pydantic."""


def _place(loc: Sequence[Any]) -> str:
    """The name of the field or parameter, without where ninja looked for it ("body", "body", "name")."""
    names = [str(part) for part in loc[1:]]
    return ".".join(names[1:] if len(names) > 1 and names[0] in ("body", "query") else names)


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON, for which ninja has 400, and what a token may not do."""
    if error.status_code == 400:
        return refused(request, Refused(_("The body is not JSON.")))
    return api.create_response(request, {"message": str(error), "fields": {}}, status=error.status_code)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """Not there, not yours, or of a module that is off."""
    message = str(error) if isinstance(error, SwitchedOff) else str(_("Not found."))
    return api.create_response(request, {"message": message, "fields": {}}, status=404)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No token, or one that is not valid."""
    message = _("A valid token is needed: Authorization: Bearer haike_…")
    return api.create_response(request, {"message": str(message), "fields": {}}, status=401)


def conflict_body(request: HttpRequest, no: Conflict) -> dict[str, Any]:
    """What somebody else saved: the version now, and the value now of every field that was sent and differs."""
    entity, current = entity_of(no.current), no.current
    try:
        sent = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        sent = {}
    now = to_answer(entity, request.user, current)
    theirs = {name: {"yours": sent[name], "theirs": now[name]} for name in sent if name in now and name in entity.looks}
    theirs = {name: both for name, both in theirs.items() if both["yours"] != both["theirs"]}
    return {"message": str(no.message), "fields": {}, "current": current.version, "changed": theirs}


def demand_scope(request: HttpRequest, entity: Entity, scope: str) -> None:
    """Refuse what the token was not made for; without a token the user's own rights are all there is."""
    token = getattr(request, "auth", None)
    if isinstance(token, ApiToken) and not token.may(entity.label, scope):
        message = _("This token may not do this (%(scope)s: %(entity)s).")
        raise HttpError(403, str(message % {"scope": SCOPES[scope], "entity": entity.label_plural}))


def read_values(entity: Entity, user: Any, body: Any, *, made: bool = False) -> dict[str, Any]:
    """The values of a body, checked by the Looks; all faults at once."""
    looks, values, faults = writable(entity, made=made), {}, {}
    for name, value in body.model_dump(exclude_unset=True).items():
        if name == "version":
            continue
        if name not in looks:
            faults[name] = _unknown_name(name, looks)
            continue
        try:
            values[name] = looks[name].from_json(value, user)
        except Refused as no:
            faults[name] = str(no)
        except (ValueError, OverflowError):
            faults[name] = str(_("This value is out of range."))
    if faults:
        raise Refused(fields=faults)
    return values


def _unknown_name(name: str, known: Collection[str]) -> str:
    """That there is no such field to write or parameter to ask by, and which one was perhaps meant."""
    near = get_close_matches(name, known, 1)
    meant = _("Did you mean “%(near)s”?") % {"near": near[0]} if near else ""
    return f"{_('There is no such field or parameter here.')} {meant}".strip()


def demand_known(request: HttpRequest) -> None:
    """Refuse a list that is asked for by what it does not know: left out in silence, it would give all records."""
    known = ListQuery.model_fields
    if faults := {name: _unknown_name(name, known) for name in request.GET if name not in known}:
        raise Refused(_("A list is filtered by `f`, as in the address of the list on screen."), fields=faults)


def demand_own(entity: Entity, user: Any, values: dict[str, Any]) -> None:
    """Refuse a new record without an own field that must be filled in; for declared ones the shape does it."""
    missing = {
        name: REQUIRED
        for name, look in writable(entity, own_looks(entity)).items()
        if look.required and look.when is None and name not in values and entity.right(user, name) == "edit"
    }
    if missing:
        raise Refused(fields=missing)


def _warned(answer: dict[str, Any], told: Sequence[Any]) -> dict[str, Any]:
    """What a form would have shown before saving: the program hears it with the record."""
    return {**answer, "warnings": [str(each) for each in told]} if told else answer


def router_for(entity: Entity) -> Router:
    """The endpoints of one entity."""
    router = Router(tags=[entity.slug])
    out, new, changed = answer_shape(entity), create_shape(entity), change_shape(entity)
    page = create_model(
        f"{entity.model.__name__}Page",
        __base__=Schema,
        items=(list[out], ...),  # type: ignore[valid-type]
        after=(str | None, None),
        count=(int | None, None),
        count_capped=(bool | None, None),
    )
    faults: dict[Any, Any] = {401: Fault, 403: Fault, 404: Fault, 422: Fault, 429: Fault}

    def find(user: Any, pk: int, action: str, *, deleted: bool = False) -> Any:
        demand_on(entity)
        if not entity.policy.may(user, "view") or not 0 < pk <= LARGEST_KEY:
            raise Http404
        if action != "view":
            entity.policy.demand(user, action)
        rows = entity.model.objects.filter(entity.policy.rows(user, action), pk=pk)
        record = rows.filter(deleted_at__isnull=not deleted).first()
        if record is None:
            raise Http404
        return record

    def answer(user: Any, record: Any) -> dict[str, Any]:
        fetch_ahead(entity, [name for name, look in entity.looks.items() if look.field is None], [record], user)
        return to_answer(entity, user, record)

    def read_list(request: HttpRequest, query: Query[ListQuery]) -> Any:
        demand_scope(request, entity, "read")
        user: Any = request.user
        demand_on(entity)
        if not entity.policy.may(user, "view"):
            raise Http404
        demand_known(request)
        if not 1 <= query.limit <= MOST_ROWS:
            raise Refused(fields={"limit": f"1 … {MOST_ROWS}"})
        asked = {"q": query.q.replace("\0", ""), "tab": query.tab, "f": query.f, "sort": query.sort}
        selection = Selection.from_query(entity, user, asked)
        selection = Selection(**{**vars_of(selection), "state": query.state if query.state != "active" else ""})
        if query.state == "bin":
            entity.policy.demand(user, "restore")
        found = selection.find.page(query.limit, after=query.after.replace("\0", "") or None)
        rows = entity.model.objects.filter(entity.policy.rows(user, "view"), pk__in=found.ids)
        records = {each.pk: each for each in rows.select_related(*select_paths(entity, [entity.title]))}
        elsewhere = [name for name, look in entity.looks.items() if look.field is None]
        fetch_ahead(entity, elsewhere, list(records.values()), user)
        items = [to_answer(entity, user, records[pk]) for pk in found.ids if pk in records]
        number, capped = selection.find.count() if query.count else (None, None)
        return {"items": items, "after": found.after, "count": number, "count_capped": capped}

    def read_one(request: HttpRequest, pk: int) -> Any:
        demand_scope(request, entity, "read")
        return answer(request.user, find(request.user, pk, "view"))

    def create(request: HttpRequest, body: new, sure: bool = False) -> Any:  # type: ignore[valid-type]
        demand_scope(request, entity, "create")
        user: Any = request.user
        demand_on(entity)
        entity.policy.demand(user, "create")
        if not entity.creatable:
            raise Http404

        def make() -> Any:
            values = read_values(entity, user, body)
            demand_own(entity, user, values)
            told = entity.check_values(values, None, user)
            if doubts := {each.field: each for each in told if isinstance(each, Doubt) and not sure}:
                raise Refused(_("If that is right, send it again with ?sure=true."), fields=doubts)
            return _warned(answer(user, entity.create(by=user, **values)), told)

        asked = f"{request.path}\n".encode() + request.body
        return 201, once(request.headers.get("Idempotency-Key", ""), asked, user, make)

    def change(request: HttpRequest, pk: int, body: changed) -> Any:  # type: ignore[valid-type]
        demand_scope(request, entity, "change")
        user: Any = request.user
        record = find(user, pk, "edit")
        values = read_values(entity, user, body, made=True)
        told = entity.check_values(values, record, user)
        after = entity.change(record, by=user, version=body.version, **values)  # type: ignore[attr-defined]
        return _warned(answer(user, after), told)

    def delete(request: HttpRequest, pk: int) -> Any:
        demand_scope(request, entity, "delete")
        user: Any = request.user
        entity.remove(find(user, pk, "delete"), by=user)
        return 204, None

    def restore(request: HttpRequest, pk: int) -> Any:
        demand_scope(request, entity, "delete")
        user: Any = request.user
        return answer(user, entity.restore(find(user, pk, "restore", deleted=True), by=user))

    def add(function: Callable[..., Any], path: str, method: str, verb: str, answers: dict[Any, Any]) -> None:
        function.__name__ = f"{entity.model._meta.model_name}_{function.__name__}"
        router.add_api_operation(
            path,
            [method],
            function,
            response={**answers, **faults},
            summary=f"{verb} {entity.model._meta.verbose_name}",
            operation_id=function.__name__,
            exclude_unset=True,
        )

    add(read_list, "/", "GET", "List", {200: page})
    add(read_one, "/{int:pk}", "GET", "Read", {200: out})
    if entity.creatable:
        add(create, "/", "POST", "Create", {201: out})
    add(change, "/{int:pk}", "PATCH", "Change", {200: out, 409: ConflictFault})
    add(delete, "/{int:pk}", "DELETE", "Delete", {204: None})
    add(restore, "/{int:pk}/restore", "POST", "Restore", {200: out})
    return router


def vars_of(selection: Selection) -> dict[str, Any]:
    """The declared fields of a selection."""
    return {name: getattr(selection, name) for name in Selection.__dataclass_fields__}
