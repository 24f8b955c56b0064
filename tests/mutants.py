"""Small faults put into the rules one at a time, to see that a test notices each: `make mutants`.

Each mutant is one change of one module's syntax tree: a comparison turned, a number one more, a row of a table left
out. Nothing is written: the tests run in a process of their own, where this file, as a plugin of pytest, compiles the
changed tree in place of the file. (mutmut changes the bodies of functions alone; half of these rules are tables.)

    python -m tests.mutants                          each module of TESTS_OF, MOST mutants of each, evenly spread
    python -m tests.mutants referrals/states.py 999  one module, up to so many
"""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

MOST = 40  # mutants of one module
MOST_SECONDS = 120  # for the tests of one mutant: longer is noticed too
TESTS_OF = {
    "referrals/states.py": "tests/referrals/test_states.py tests/referrals/test_transition.py",
    "bookings/states.py": "tests/bookings/test_states.py tests/bookings/test_table.py tests/bookings/test_booking.py",
    "agencies/access.py": "tests/house/test_access.py tests/agencies/test_team.py tests/agencies/test_invitation.py",
    "cases/history/record.py": "tests/properties/test_history.py tests/cases/test_history.py",
    "cases/history/verify.py": "tests/cases/test_verify_history.py tests/properties/test_history.py",
    "cases/person_match.py": "tests/cases/test_person_match.py",
    "directory/catalogue/timetable.py": "tests/directory/publishing/test_session_generation.py "
    "tests/properties/test_timetable.py tests/directory/catalogue/test_service.py",
}
SWAPPED = {
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt},
    **{ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult},
    **{ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr},
}


class Mutant(NamedTuple):
    line: int
    what: str
    apply: Callable[[], object]


# --- The changes ----------------------------------------------------------------------------------------


def list_mutants(tree: ast.Module) -> list[Mutant]:
    """Every change there is for this tree, in the order of its lines."""
    return sorted((mutant for node in walk_code(tree) for mutant in change_node(node)), key=lambda mutant: mutant.line)


def walk_code(node: ast.AST) -> Iterator[ast.AST]:
    """Without annotations, decorators, assertions, keys of tables and the words of choices."""
    for name, value in ast.iter_fields(node):
        for inner in value if isinstance(value, list) else [value]:
            skipped = name in ("annotation", "returns", "decorator_list", "bases", "keys")
            skipped |= isinstance(node, ast.ClassDef) and isinstance(inner, ast.Assign)
            if isinstance(inner, ast.AST) and not skipped and not isinstance(inner, ast.Assert):
                yield inner
                yield from walk_code(inner)


def change_node(node: Any) -> Iterator[Mutant]:
    line = getattr(node, "lineno", 0)
    match node:
        case ast.Compare():
            for n, op in enumerate(node.ops):
                yield Mutant(line, f"{ast.unparse(node)}: {type(op).__name__}", partial(swap, node.ops, n))
        case ast.BoolOp() | ast.BinOp() if type(node.op) in SWAPPED:
            holder = [node.op]
            what = f"{ast.unparse(node)}: {type(node.op).__name__}"
            yield Mutant(line, what, partial(setattr, node, "op", SWAPPED[type(holder[0])]()))
        case ast.UnaryOp(op=ast.Not()):
            yield Mutant(line, f"{ast.unparse(node)}: no not", partial(setattr, node, "op", ast.UAdd()))
        case ast.If() | ast.IfExp() | ast.While():
            turned = ast.UnaryOp(ast.Not(), node.test)
            yield Mutant(line, f"if {ast.unparse(node.test)}: turned", partial(setattr, node, "test", turned))
        case ast.Return(value=ast.expr()) if ast.unparse(node) != "return None":
            none = ast.Constant(None)
            yield Mutant(line, f"{ast.unparse(node)}: None", partial(setattr, node, "value", none))
        case ast.Constant(value=bool() | int()):
            other = not node.value if isinstance(node.value, bool) else node.value + 1
            yield Mutant(line, f"{node.value} → {other}", partial(setattr, node, "value", other))
        case ast.Dict():
            for n, key in enumerate(node.keys):
                what = f"left out: {ast.unparse(key or node.values[n])}"
                yield Mutant(node.values[n].lineno, what, partial(leave_out, n, node.keys, node.values))
        case ast.Set() | ast.List() | ast.Tuple() if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            for n, item in enumerate(node.elts):
                yield Mutant(item.lineno, f"left out: {ast.unparse(item)}", partial(leave_out, n, node.elts))
        case ast.Call() if len(node.args) > 1:
            for n, item in enumerate(node.args):
                yield Mutant(item.lineno, f"left out: {ast.unparse(item)}", partial(leave_out, n, node.args))


def swap(ops: list[ast.cmpop], n: int) -> None:
    ops[n] = SWAPPED[type(ops[n])]()


def leave_out(n: int, *lists: list[Any]) -> None:
    for items in lists:
        del items[n]


# --- In the process of the tests ------------------------------------------------------------------------


def compile_mutant(path: Path, number: int) -> CodeType:
    tree = ast.parse(path.read_text())
    list_mutants(tree)[number].apply()
    return compile(ast.fix_missing_locations(tree), str(path), "exec")


if wanted := os.environ.get("MUTANT"):
    changed, _, number = wanted.rpartition(":")
    get_code = SourceFileLoader.get_code

    def get_changed_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        path = Path(self.path)
        return compile_mutant(path, int(number)) if path == Path(changed).resolve() else get_code(self, fullname)

    SourceFileLoader.get_code = get_changed_code  # type: ignore[method-assign]


# --- From the command line ------------------------------------------------------------------------------


def is_noticed(module: str, number: int | None) -> bool:
    """Whether a test fails with that mutant (with None: with the file as it is)."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.mutants", "-p", "no:randomly", "-n", "0", "-x", "-q"]
    mutant = {} if number is None else {"MUTANT": f"{module}:{number}"}
    environment = {**os.environ, "TEST_RUN": f"mutants_{os.getpid()}", **mutant}
    run = subprocess.Popen(
        [*command, "--reuse-db", *TESTS_OF[module].split()],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return run.wait(None if number is None else MOST_SECONDS) != 0
    except subprocess.TimeoutExpired:
        run.kill()
        return True


def try_module(module: str, most: int) -> None:
    if is_noticed(module, None):
        sys.exit(f"{module}: its tests fail as it is")
    mutants = list_mutants(ast.parse(Path(module).read_text()))
    tried = [n * len(mutants) // min(most, len(mutants)) for n in range(min(most, len(mutants)))]
    lived = [mutants[number] for number in tried if not is_noticed(module, number)]
    print(f"{module}: {len(tried) - len(lived)} of {len(tried)} noticed ({len(mutants)} there are)", flush=True)
    for mutant in lived:
        print(f"    lived: line {mutant.line}, {mutant.what}", flush=True)


if __name__ == "__main__":
    chosen = [argument for argument in sys.argv[1:] if not argument.isdigit()] or [*TESTS_OF]
    limit = next((int(argument) for argument in sys.argv[1:] if argument.isdigit()), MOST)
    for chosen_module in chosen:
        try_module(chosen_module, limit)
