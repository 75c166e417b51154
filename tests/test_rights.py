"""Nobody finds what is not his, and everybody finds what is: each surface against a slow, obvious oracle."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from haike.customers.models import Contact, Customer
from haike.find.finder import Find
from haike.kernel.entity import entity_of
from tests.world import ACTIONS, CUSTOMERS, USERS, WORD, Stage, World, build_stage, worlds

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P9")]
# The rows of the stage stay the same; each example says anew whose they are.
quietly = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
ROW = re.compile(r'href="/customers/(\d+)/"')


@pytest.fixture
def stage(db: None) -> Stage:
    return build_stage()


@settings(max_examples=12, derandomize=True, **quietly)
@given(world=worlds())
def test_scopes_say_what_the_oracle_says(stage: Stage, world: World) -> None:
    stage.play(world)
    customers, contacts = entity_of(Customer), entity_of(Contact)
    places = {customer.pk: place for place, customer in enumerate(stage.customers)}
    behind = {contact.pk: place for place, contact in enumerate(stage.contacts)}
    for place, user in enumerate(stage.users):
        for action in ACTIONS:
            allowed = {c for c in range(CUSTOMERS) if world.may(place, action, c)}
            rows = Customer.objects.visible_to(user, action).values_list("pk", flat=True)
            assert {places[pk] for pk in rows} == allowed, (place, action)
            scope = customers.policy.scope(user, action)
            assert {places[pk] for pk in Find(Customer, scope).ids()} == allowed, (place, action)
            assert {places[pk] for pk in Find(Customer, scope, words=WORD).ids()} == allowed, (place, action)
            assert Find(Customer, scope).count()[0] == len(allowed)
            single = {c for c in range(CUSTOMERS) if customers.policy.allows(user, action, stage.customers[c])}
            assert single == allowed, (place, action)
        # Whoever sees a customer sees the people there.
        seen = {c for c in range(CUSTOMERS) if world.may(place, "view", c)}
        assert {behind[pk] for pk in Contact.objects.visible_to(user).values_list("pk", flat=True)} == seen
        assert {behind[pk] for pk in Find(Contact, contacts.policy.scope(user), words=WORD).ids()} == seen


@pytest.mark.slow
@settings(max_examples=8, derandomize=True, **quietly)
@given(world=worlds(), place=st.integers(0, USERS - 1), data=st.data())
def test_surfaces_say_what_the_oracle_says(stage: Stage, world: World, place: int, data: st.DataObject) -> None:
    stage.play(world)
    client = Client()
    client.force_login(stage.users[place])
    places = {customer.pk: number for number, customer in enumerate(stage.customers)}

    def allowed(action: str) -> set[int]:
        return {c for c in range(CUSTOMERS) if world.may(place, action, c)}

    def found(text: str) -> set[int]:
        return {places[int(pk)] for pk in ROW.findall(text)}

    entered = bool(world.reaches(place, "view"))
    answers = {path: client.get(path) for path in ("/customers/", f"/customers/?q={WORD}", "/customers/count")}
    if not entered:
        assert {answer.status_code for answer in answers.values()} == {404}
        assert client.get("/api/v1/customers/").status_code == 404
        assert found(client.get(f"/palette?q={WORD}").content.decode()) == set()
        return
    for path in ("/customers/", f"/customers/?q={WORD}"):
        assert found(answers[path].content.decode()) == allowed("view"), path
    assert re.search(rf"\b{len(allowed('view'))}\b", answers["/customers/count"].content.decode())

    picked = client.get(f"/customers/pick?q={WORD}").json()["items"]
    assert {places[item["id"]] for item in picked} == allowed("view")
    listed = client.get(f"/api/v1/customers/?count=true&q={WORD}").json()
    assert {places[item["id"]] for item in listed["items"]} == allowed("view")
    assert listed["count"] == len(allowed("view"))
    palette = found(client.get(f"/palette?q={WORD}").content.decode())
    assert palette <= allowed("view")
    assert len(palette) == min(len(allowed("view")), 5)
    assert found(client.get(f"/search?q={WORD}").content.decode()) == allowed("view")
    assert exported(client, places) == (allowed("export") if world.reaches(place, "export") else None)

    one = data.draw(st.integers(0, CUSTOMERS - 1), label="customer")
    base, contact = f"/customers/{stage.customers[one].pk}", f"/contacts/{stage.contacts[one].pk}/"
    status = 200 if one in allowed("view") else 404
    for path in (f"{base}/", f"{base}/log", f"{base}/panel/log", f"/api/v1{base}", contact):
        assert client.get(path).status_code == status, path
    change_one(client, stage.customers[one], one in allowed("edit"))


def exported(client: Client, places: dict[int, int]) -> set[int] | None:
    """The customers that come out as CSV, None where there is no export."""
    asked = {"write": "1", "what": "all", "format": "csv", "column": ["name"]}
    answer = client.post("/customers/export", asked)
    if answer.status_code == 422:
        return None
    by_name = {f"{WORD}第{number}号有限公司": number for number in places.values()}
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
    return {by_name[row[0].split("（")[0]] for row in rows}


def change_one(client: Client, customer: Customer, may: bool) -> None:
    """By the API: changed, or nothing at all has happened."""
    customer.refresh_from_db()
    before = (customer.name, customer.version)
    body = json.dumps({"remark": f"{customer.version} 次"})
    answer = client.patch(f"/api/v1/customers/{customer.pk}", body, content_type="application/json")
    customer.refresh_from_db()
    if may:
        assert answer.status_code == 200, answer.content
        assert customer.version == before[1] + 1
    else:
        assert answer.status_code in (404, 422)
        assert (customer.name, customer.version) == before
