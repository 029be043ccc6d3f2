"""Who may import whom: the rules of the house, read from the source without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

# Each imports only those before it.
APPS = ["town", "journal", "accounts", "messaging", "procedures", "exchange", "portal"]
# Inside procedures: each imports only what is in the sets before its own, and itself.
PARTS = [
    {"definition"},
    {"models"},
    {"permissions"},
    {"lifecycle", "documents"},
    {"interchange"},
    {"filing", "space", "desk", "studio", "consulted", "tasks", "management"},
    {"urls", "apps"},
]
KIT_MAY_IMPORT = {"town"}
HEAVY = {"weasyprint", "pyhanko"}
NOT_IN_DEFINITION = ("django.db", "django.http")
WIZARD = Path("procedures/filing/wizard.py")


def module_of(path: Path) -> list[str]:
    """Return the parts of a module's dotted name."""
    parts = list(path.with_suffix("").parts)
    return parts[:-1] if parts[-1] == "__init__" else parts


def imports(tree: ast.AST, path: Path) -> Iterator[tuple[str, bool]]:
    """Yield each dotted name imported, and whether it is inside a function."""
    inside = {id(node) for function in functions(tree) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in inside
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = list(path.with_suffix("").parts)[: -node.level]
                base = ".".join([*package, *base.split(".")]).rstrip(".")
            for alias in node.names:
                yield f"{base}.{alias.name}", id(node) in inside


def functions(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every function."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def level(part: str) -> int:
    """Return the place of a part of procedures; what is not listed sits at the top, and no part may import it."""
    return next((place for place, parts in enumerate(PARTS) if part in parts), len(PARTS))


def violations(path: Path, source: str) -> list[str]:
    """Return the rules that one module breaks, in words; the path is relative to the root."""
    here = module_of(path)
    found = []
    for name, in_function in imports(ast.parse(source), path):
        target = name.split(".")
        found += [f"{path}: {reason}" for reason in broken(path, here, target, in_function)]
    return sorted(set(found))


def broken(path: Path, here: list[str], target: list[str], in_function: bool) -> Iterator[str]:
    """Yield the rules that one import breaks."""
    app, name = here[0], ".".join(target)
    if target[0] in APPS:
        yield from between_apps(here, target)
        if app == target[0] == "procedures" and len(here) > 1 and len(target) > 1:
            yield from inside_procedures(here[1], target[1], name)
    if here[:2] == ["procedures", "definition"] and name.startswith(NOT_IN_DEFINITION):
        yield f"a definition is pure Python: no {name}"
    if target[0] in HEAVY and not (here[:2] == ["procedures", "documents"] and in_function):
        yield f"{target[0]} is imported inside functions of procedures/documents only"
    if target[0] == "formtools" and path != WIZARD:
        yield f"formtools is imported in {WIZARD} only"


def between_apps(here: list[str], target: list[str]) -> Iterator[str]:
    """Yield what breaks the order of the apps."""
    name = ".".join(target)
    if here[:2] == ["portal", "kit"]:
        if target[:2] != ["portal", "kit"] and target[0] not in KIT_MAY_IMPORT:
            yield f"portal.kit imports only {', '.join(KIT_MAY_IMPORT)}, not {name}"
    elif target[:2] != ["portal", "kit"] and APPS.index(target[0]) > APPS.index(here[0]):
        yield f"{here[0]} may not import {name}"


def inside_procedures(part: str, other: str, name: str) -> Iterator[str]:
    """Yield what breaks the order of the parts of procedures."""
    if part == other or level(other) < level(part):
        return
    if level(part) == level(other) == len(PARTS):
        return
    yield f"procedures.{part} may not import {name}"
