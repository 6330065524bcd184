"""The API held to its own description by schemathesis, on a real server: whatever is sent.

Each operation is asked what the description allows, and what it does not: no answer is an error of
ours, of an undocumented status or content type, or of another shape than described.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import builders
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

EXAMPLES = 15
KNOWN = "title:0001"
WAY, WHO = Way(source="test"), parse("reader@example.org")
# The description cannot say that two periods are one too many, nor what a zone or an address is.
UNSAYABLE = {
    "dailyPapers": ["2xx", 400],
    "subscribe": ["2xx", 422],
    "choose": ["2xx", 404, 422],
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webroom.Room]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        with webroom.opened(tmp_path_factory.mktemp("api")) as made:
            fill(made.letter.store)
            yield made


def described() -> OpenApiSchema:
    """The description as the server tells it, without one: tests are made of it."""
    site = replace(builders.SITE, title="Trending papers")
    source = theme.load(None, text.FILTERS).get_template("web/openapi.json")
    document = json.loads(source.render(site=site, origin=webroom.WEB))
    checks = {
        name: {"positive_data_acceptance": {"expected-statuses": statuses}}
        for name, statuses in UNSAYABLE.items()
    }
    told = {
        "generation": {"max-examples": EXAMPLES, "deterministic": True},
        "operations": [{"include-operation-id": n, "checks": each} for n, each in checks.items()],
    }
    config = SchemathesisConfig.from_dict(told)
    return schemathesis.openapi.from_dict(document, config=config)


schema = described()


def test_the_description_is_openapi_and_the_one_that_is_told(room: webroom.Room) -> None:
    schema.validate()
    assert schema.raw_schema["openapi"] == "3.1.0"
    assert json.loads(room.get("/api/openapi.json").body) == schema.raw_schema


LIGHTLY = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)


def ask(case: schemathesis.Case, room: webroom.Room) -> None:
    """Send it, and hold the answer to the description."""
    # Its path was given to it: an answer of 2xx is right though the one it had was wrong.
    part = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    is_path_wrong = part is not None and part.mode is GenerationMode.NEGATIVE
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{room.port}",
        timeout=20,
        excluded_checks=[negative_data_rejection] if is_path_wrong else [],
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
