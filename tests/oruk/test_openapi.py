"""`/api/openapi.json` is true: every path, parameter and answer in it is tried, and the page is drawn from it."""

import uuid
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from directory.exchange.api.openapi import build_openapi_document
from directory.exchange.api.oruk import COLLECTION_PARAMETERS, COLLECTIONS
from tests.oruk.making import bare, rich

DOCUMENT = "/api/openapi.json"
BASE = "/api/oruk/v3"
PATHS = sorted(build_openapi_document()["paths"])
LISTS = [path for path in PATHS if "{" not in path and path != "/"]
PARAMETERS = [
    (path, row["name"]) for path in LISTS for row in build_openapi_document()["paths"][path]["get"]["parameters"]
]


def wrong(item: Any, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    whole = schema | {"components": document["components"], "$schema": "https://json-schema.org/draft/2020-12/schema"}
    found = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(item)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def answers(document: dict[str, Any], path: str, code: str = "200") -> dict[str, Any]:
    content = document["paths"][path]["get"]["responses"][code]["content"]
    schema: dict[str, Any] = next(iter(content.values()))["schema"]
    return schema


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    response = client.get(DOCUMENT)
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "*"
    found: dict[str, Any] = response.json()
    return found


def filled(path: str) -> str:
    """The path with the id of something that is there."""
    if "{id}" not in path:
        return BASE + path
    kind = COLLECTIONS[path.split("/")[1]]
    from directory.exchange.api.parameters import ApiQuery

    return BASE + path.replace("{id}", str(kind.rows(ApiQuery()).first().pk))


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"][0]["url"].endswith(BASE)
    assert {"title", "version", "license", "contact"} <= document["info"].keys()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    used = str(document).split("#/components/schemas/")[1:]
    assert {part.split("'")[0] for part in used} <= document["components"]["schemas"].keys()
    ids = [item["get"]["operationId"] for item in document["paths"].values()]
    assert len(ids) == len(set(ids))


def test_it_has_all_nine_paths_of_the_standard_with_all_their_parameters(document: dict[str, Any]) -> None:
    from tests.oruk.validator import PUBLISHED

    shared = PUBLISHED["components"]["parameters"]
    for path, item in PUBLISHED["paths"].items():
        named = [shared[row["$ref"].rpartition("/")[2]]["name"] for row in item["get"].get("parameters", [])]
        ours = {row["name"] for row in document["paths"][path]["get"]["parameters"]}
        assert set(named) <= ours, path


@pytest.mark.parametrize("path", PATHS)
def test_each_answer_is_as_it_is_described_and_holds_nothing_else(
    path: str, client: Client, document: dict[str, Any]
) -> None:
    rich()
    bare()
    response = client.get(filled(path))
    assert response.status_code == 200
    assert wrong(response.json(), answers(document, path), document) == []
    assert document["paths"][path]["get"]["responses"]["200"]["headers"].keys() <= response.headers.keys() | {"Link"}
    again = client.get(filled(path), headers={"If-None-Match": response["ETag"]})
    assert str(again.status_code) in document["paths"][path]["get"]["responses"]


@pytest.mark.parametrize(("path", "name"), PARAMETERS)
def test_each_parameter_is_taken_with_its_example_and_refused_when_it_is_wrong(
    path: str, name: str, client: Client, document: dict[str, Any]
) -> None:
    rich()
    (row,) = [row for row in document["paths"][path]["get"]["parameters"] if row["name"] == name]
    needs = {"postcode": "BN11 2AA"} if name == "proximity" else {}
    response = client.get(BASE + path, needs | {name: row["example"]})
    assert response.status_code == 200
    if name == "format":
        assert response["Content-Type"] in document["paths"][path]["get"]["responses"]["200"]["content"]
    else:
        assert wrong(response.json(), answers(document, path), document) == []
    bad = client.get(BASE + path, needs | {name: "x" * 300})
    assert bad.status_code == 400
    assert wrong(bad.json(), answers(document, path, "400"), document) == []


@pytest.mark.parametrize("path", [path for path in PATHS if "{id}" in path])
def test_what_is_not_there_is_refused_as_described(path: str, client: Client, document: dict[str, Any]) -> None:
    response = client.get(BASE + path.replace("{id}", str(uuid.uuid4())))
    assert response.status_code == 404
    assert wrong(response.json(), answers(document, path, "404"), document) == []


def test_the_description_bites(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/Unit"}
    good = {"id": str(uuid.uuid4()), "name": "places"}
    assert wrong(good, schema, document) == []
    assert wrong(good | {"more": 1}, schema, document)
    assert wrong({"id": "1", "name": "places"}, schema, document)


def test_every_collection_is_described() -> None:
    assert {f"/{name}" for name in COLLECTIONS} == set(LISTS)
    assert COLLECTION_PARAMETERS.keys() == COLLECTIONS.keys()


# --- The page ---------------------------------------------------------------------------------------


def test_the_page_names_every_path_parameter_and_field(client: Client, document: dict[str, Any]) -> None:
    rich()
    page = client.get("/api/").content.decode()
    for path, item in document["paths"].items():
        assert f"<code>{path}</code>" in page
        assert f'id="{item["get"]["operationId"]}"' in page
        for row in item["get"]["parameters"]:
            assert row["in"] == "path" or f"<code>{row['name']}</code>" in page
    for name, schema in document["components"]["schemas"].items():
        assert f"<code>{name}</code>" in page
        assert all(f"<code>{field}</code>" in page for field in schema.get("properties", {}))
    assert "openreferraluk.org/developers/register" in page
    assert "have not chosen a licence yet" in page


def test_each_link_to_try_works(client: Client) -> None:
    import html
    import re

    rich()
    page = client.get("/api/").content.decode()
    links = [html.unescape(link) for link in re.findall(rf'href="({BASE}[^"]*)"', page)]
    assert len(links) > len(PATHS)
    for link in links:
        assert client.get(link).status_code in (200, 304), link


def test_an_empty_directory_has_a_page_too(client: Client) -> None:
    assert client.get("/api/").status_code == 200
    assert client.post("/api/").status_code == 405
    assert client.post(DOCUMENT).status_code == 405
