"""The API held to its own description by schemathesis, on a real server: whatever is sent.

Each operation is asked what the description allows, and what it does not: no answer is an error of
ours, of an undocumented status or content type, or of another shape than described. The desk's too,
with the key of its scripts and without.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import builders
import deskroom
import pytest
import schemathesis
import webroom
from hypothesis import HealthCheck, settings
from library import fill
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection
from schemathesis.specs.openapi.schemas import OpenApiSchema
from store_values import DAY

from digest import theme
from digest.addresses import parse
from digest.render import text
from digest.subscribing.acts import Way

EXAMPLES, AT_DESK = 15, 8
KNOWN = "title:0001"
WAY, WHO = Way(source="test"), parse("reader@example.org")
# The description cannot say that two periods are one too many, nor what a zone or an address is.
UNSAYABLE = {
    "dailyPapers": ["2xx", 400],
    "subscribe": ["2xx", 422],
    "choose": ["2xx", 404, 422],
    "resolveHeld": ["2xx", 422],
    "subscriber": ["2xx", 422],
}
REFUSED = (400, 401, 403, 404, 409, 415, 422)
DESK_ACTS = ("Pin", "Unpin", "Hide", "Unhide", "Note", "Order", "Approve", "Hold")
UNSAYABLE |= {f"desk{act}": ["2xx", 404, 409, 422] for act in DESK_ACTS}
UNSAYABLE |= {"deskEdition": ["2xx", 404]}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webroom.Room]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        with webroom.opened(tmp_path_factory.mktemp("api")) as made:
            fill(made.letter.store)
            yield made


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webroom.Room]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        with deskroom.opened(tmp_path_factory.mktemp("desk")) as made:
            fill(made.room.letter.store)
            yield made.room


def described(*, has_desk: bool = False) -> OpenApiSchema:
    """The description as the server tells it, without one: tests are made of it."""
    site = replace(builders.SITE, title="Trending papers")
    source = theme.load(None, text.FILTERS).get_template("web/openapi.json")
    document = json.loads(source.render(site=site, origin=webroom.WEB, has_desk=has_desk))
    checks = {
        name: {"positive_data_acceptance": {"expected-statuses": statuses}}
        for name, statuses in UNSAYABLE.items()
        if has_desk or not name.startswith(("desk", "resolve", "subscriber"))
    }
    examples = AT_DESK if has_desk else EXAMPLES
    told = {
        "generation": {"max-examples": examples, "deterministic": True},
        "operations": [{"include-operation-id": n, "checks": each} for n, each in checks.items()],
    }
    if has_desk:  # as much as its lists may hold is more than a body may
        told["checks"] = {"negative_data_rejection": {"expected-statuses": [*REFUSED, 413]}}
    config = SchemathesisConfig.from_dict(told)
    return schemathesis.openapi.from_dict(document, config=config)


schema, whole = described(), described(has_desk=True)
desks = whole.include(path_regex="^/api/admin/")


def test_the_description_is_openapi_and_the_one_that_is_told(room: webroom.Room) -> None:
    schema.validate()
    assert schema.raw_schema["openapi"] == "3.1.0"
    assert json.loads(room.get("/api/openapi.json").body) == schema.raw_schema


LIGHTLY = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_desk_is_described_where_there_is_one(desk: webroom.Room) -> None:
    whole.validate()
    assert json.loads(desk.get("/api/openapi.json").body) == whole.raw_schema


def ask(case: schemathesis.Case, room: webroom.Room, **headers: str) -> None:
    """Send it, and hold the answer to the description."""
    # Its path or key was given to it: 2xx is right though what it had was wrong.
    given = (ParameterLocation.PATH, ParameterLocation.HEADER)[: 1 + bool(headers)]
    parts = [case.meta.components.get(each) for each in given] if case.meta else []
    is_given = any(part is not None and part.mode is GenerationMode.NEGATIVE for part in parts)
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{room.port}",
        timeout=20,
        headers=headers,
        excluded_checks=[negative_data_rejection] if is_given else [],
    )


@schema.parametrize()
@LIGHTLY
def test_what_is_described_is_answered(case: schemathesis.Case, room: webroom.Room) -> None:
    ask(case, room)


@schema.include(path_regex="{token}|{id}|{name}").parametrize()
@LIGHTLY
def test_also_of_what_is_there(case: schemathesis.Case, room: webroom.Room) -> None:
    """As before, of a reader who is there, whatever the last request did to them, and a paper."""
    reader = room.office.registry.enrol(WHO, {}, WAY, room.letter.at).subscriber
    token = room.token("preferences", reader.id).rpartition("/")[2]
    known = {"token": token, "id": KNOWN, "name": str(DAY)}
    case.path_parameters = {name: known[name] for name in case.path_parameters}
    ask(case, room)


AT_THE_DESK = settings(LIGHTLY, max_examples=AT_DESK)
KEY = {"Authorization": f"Bearer {deskroom.KEY}"}


@desks.parametrize()
@AT_THE_DESK
def test_the_desk_answers_as_described(case: schemathesis.Case, desk: webroom.Room) -> None:
    """Of an edition that is a draft, a paper in it, and a reader, unless what is sent is wrong."""
    desk.office.registry.enrol(WHO, {}, WAY, desk.letter.at)
    known = {"paper": KNOWN, "papers": [KNOWN], "address": WHO.address}
    if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE:
        case.path_parameters = {name: str(DAY) for name in case.path_parameters}
        sent = case.body if isinstance(case.body, dict) else {}
        if sent:
            case.body = sent | {name: value for name, value in known.items() if name in sent}
    ask(case, desk, **KEY)
