"""Judges a feed of Open Referral UK 3.0 in the steps of the national validator.

1. The base address is asked for its `version`: without the words "HSDS-UK-" it is one number, here 3.0.
2. The paths of the published openapi.json are called: each list, then each `{id}` with up to ten random ids of it.
3. Of a list with pages the first, the middle (total_pages / 2) and the last are read.
4. Each answer is held to its schema, formats asserted. Here every path is required, as in the published document.

    .venv/bin/python -m tests.oruk.validator http://127.0.0.1:8000/api/oruk/v3
"""

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

HERE = Path(__file__).parent
PUBLISHED = json.loads((HERE / "openapi.json").read_text())
IDS, AT_ONCE, PATIENCE, SLOW = 10, 5, 30, 5.0  # ids, requests, seconds for an answer, seconds on average
ENVELOPE = {
    "total_items": int,
    "total_pages": int,
    "page_number": int,
    "size": int,
    "first_page": bool,
    "last_page": bool,
    "empty": bool,
    "contents": list,
}


def _term_schema() -> Any:
    service = json.loads((HERE / "compiled" / "service.json").read_text())
    return service["properties"]["attributes"]["items"]["properties"]["taxonomy_term"]


@cache
def schema_of(name: str) -> Any:
    """A schema by the last part of its address. The two that are not compiled are in the others, or a few lines."""
    if name == "taxonomy_term":
        return _term_schema()
    if name == "taxonomy":
        text, uri = {"type": "string"}, {"type": "string", "format": "uri"}
        key = {"type": "string", "format": "uuid"}
        terms = {"type": "array", "items": _term_schema()}
        fields = {"id": key, "name": text, "description": text, "uri": uri, "version": text, "taxonomy_terms": terms}
        return {"type": "object", "properties": fields, "required": ["id", "name", "description"]}
    return json.loads((HERE / "compiled" / f"{name}.json").read_text())


def problems_of(item: Any, name: str) -> list[str]:
    """What the schema says against it, with formats asserted; and what is null or empty and should be left out."""
    found = Draft202012Validator(schema_of(name), format_checker=FormatChecker()).iter_errors(item)
    return [f"{error.json_path}: {error.message[:120]}" for error in found] + [f"{path}: empty" for path in gaps(item)]


def gaps(item: Any, path: str = "$") -> list[str]:
    if item is None or item == "":
        return [path]
    inner = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    return [gap for key, value in inner for gap in gaps(value, f"{path}.{key}")]


@dataclass
class Verdict:
    """What was called, how long each took (seconds), and what is wrong. An empty list of errors is a pass."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    called: list[str] = field(default_factory=list)

    @property
    def average(self) -> float:
        return sum(self.took) / max(len(self.took), 1)


class Validator:
    def __init__(self, base: str, rng: random.Random | None = None) -> None:
        self.base, self.rng, self.verdict = base.rstrip("/"), rng or random.Random(), Verdict()

    def judge(self) -> Verdict:
        with ThreadPoolExecutor(AT_ONCE) as self.pool:
            if self.version() != 3.0:
                self.verdict.errors.append("/: this is not Open Referral UK 3.0")
                return self.verdict
            paths = PUBLISHED["paths"]
            lists = [path for path in paths if "{" not in path and path != "/"]
            ids = {path: self.read_list(path, self.schema(paths[path])) for path in lists}
            for path in (path for path in paths if "{" in path):
                self.read_items(path, ids[path.partition("/{")[0]], self.schema(paths[path]))
        if self.verdict.average > SLOW:
            self.verdict.warnings.append(f"{self.verdict.average:.1f} seconds for an answer on average")
        return self.verdict

    def version(self) -> float:
        """The version as one number; 1.0 when none is said, as the validator takes it."""
        said = (self.get("/") or {}).get("version", "")
        try:
            return float(said.replace("HSDS-UK-", "").replace("V", ""))
        except ValueError:
            return 1.0

    def schema(self, path: Any) -> str:
        schema = path["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        reference = schema.get("$ref") or schema["properties"]["contents"]["items"]["$ref"]
        return str(reference.rpartition("/")[2].removesuffix(".json"))

    def read_list(self, path: str, schema: str) -> list[str]:
        """Judges the first, the middle and the last page; up to ten ids of all that they hold."""
        first = self.page(path, 1, schema)
        last = first.get("total_pages", 0) if first else 0
        if not first or not first.get("contents"):
            self.verdict.warnings.append(f"{path}: the feed is empty")
        pages = [first, *(self.page(path, number, schema) for number in sorted({last // 2, last} - {0, 1}))]
        ids = [item["id"] for page in pages if page for item in page["contents"] if isinstance(item, dict)]
        return self.rng.sample(ids, min(IDS, len(ids)))

    def page(self, path: str, number: int, schema: str) -> Any:
        where = f"{path}?page={number}"
        page = self.get(where)
        if page is None:
            return None
        for name, kind in ENVELOPE.items():
            if type(page.get(name)) is not kind:
                self.verdict.errors.append(f"{where}: {name} is {page.get(name)!r}")
        contents = page.get("contents", [])
        for item in contents:
            self.verdict.errors += [f"{where}: {said}" for said in problems_of(item, schema)]
        if (page.get("size"), page.get("empty")) != (len(contents), not contents):
            self.verdict.errors.append(f"{where}: size and empty do not fit the contents")
        if page.get("page_number") != number or page.get("last_page") != (number >= page.get("total_pages", 0)):
            self.verdict.errors.append(f"{where}: page_number and last_page do not fit")
        return page

    def read_items(self, path: str, ids: list[str], schema: str) -> None:
        paths = [path.replace("{id}", key) for key in ids]
        for where, item in zip(paths, self.pool.map(self.get, paths), strict=True):
            self.verdict.errors += [f"{where}: {said}" for said in problems_of(item, schema)] if item else []

    def get(self, path: str) -> Any:
        """The JSON; None, with an error noted, for anything that is no 200 with JSON that any site may read."""
        started = time.monotonic()
        answer = httpx.get(self.base + path, timeout=PATIENCE, trust_env=False)
        self.verdict.took.append(time.monotonic() - started)
        self.verdict.called.append(path)
        if answer.headers.get("Access-Control-Allow-Origin") != "*":
            self.verdict.errors.append(f"{path}: other sites may not read it")
        if answer.status_code != 200:
            self.verdict.errors.append(f"{path}: {answer.status_code}")
            return None
        try:
            return answer.json()
        except ValueError:
            self.verdict.errors.append(f"{path}: this is not JSON")
            return None


if __name__ == "__main__":
    verdict = Validator(sys.argv[1]).judge()
    print(f"{len(verdict.called)} requests, {verdict.average:.3f} seconds each")  # noqa: T201
    print("\n".join([*verdict.errors, *verdict.warnings]) or "Passed")  # noqa: T201
    sys.exit(bool(verdict.errors))
