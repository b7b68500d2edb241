"""What the pipeline needs to know of one Python file, read from its text without importing it."""

import ast
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from whybn.pipeline.errors import PipelineError

# The lines that the pipeline reads from a file: they must be literals, so that nothing need be imported.
BUDGETS = ("BUDGET", "LARGE_BUDGET")
LITERALS = ("PARTS", "EXPERIMENTS", "TIMED", *BUDGETS)
CHANGE_NO_RESULT = ("TIMED", *BUDGETS)

# What loads a module by a name that only the running program knows.
LOADERS = {"__import__", "import_module", "exec_module", "spec_from_file_location", "run_module", "run_path"}
RUNNERS = {"exec", "eval"}


@dataclass(frozen=True)
class Source:
    """One file.

    ``digest`` stands for its syntax tree without docstrings, comments and CHANGE_NO_RESULT;
    ``imports`` are dotted names that its import statements may load, ``dynamic`` says where it may load what no
    import statement tells; ``strings`` are those of its strings that may name a file; ``literals`` the values of
    LITERALS where it has them; ``notes`` the comments beside the fields of its class Settings.
    """

    digest: str
    imports: list[str]
    dynamic: list[str]
    strings: list[str]
    literals: dict[str, object]
    doc: str
    notes: dict[str, str]


def read_source(path: Path, text: bytes, package: tuple[str, ...]) -> Source:
    """Parse a file; ``package`` is where it stands, for relative imports.

    Raises PipelineError naming file and line where the text is no Python or a literal is none.
    """
    try:
        tree = ast.parse(text, filename=str(path))
    except SyntaxError as error:
        raise PipelineError(f"{path}, line {error.lineno}: {error.msg}") from error
    literals = _literals(path, tree)
    doc = ast.get_docstring(tree) or ""
    notes = _notes(tree, text.decode().splitlines())
    _strip(tree)
    nodes = list(ast.walk(tree))
    return Source(
        digest=digest_of([ast.dump(tree)]),
        imports=sorted({name for node in nodes for name in _imported_names(node, package)}),
        dynamic=[f"line {node.lineno}: {name}" for node in nodes for name in _loaders(node)],
        strings=sorted({node.value for node in nodes if _may_name_a_file(node)}),
        literals=literals,
        doc=doc,
        notes=notes,
    )


def digest_of(parts: Iterable[str]) -> str:
    """Return the SHA-256 of several strings, each with its length, so that none runs into the next."""
    hasher = hashlib.sha256()
    for part in parts:
        data = part.encode()
        hasher.update(f"{len(data)}:".encode())
        hasher.update(data)
    return hasher.hexdigest()


def _assigned_name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
        return node.target.id
    return None


def _literals(path: Path, tree: ast.Module) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in tree.body:
        name = _assigned_name(node)
        if name in LITERALS:
            try:
                value = ast.literal_eval(node.value)
            except ValueError:
                message = f"{path}, line {node.lineno}: {name} must be written out, as it is read without importing"
                raise PipelineError(message) from None
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def _notes(tree: ast.Module, lines: list[str]) -> dict[str, str]:
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings"]
    fields = [node for found in classes for node in found.body if isinstance(node, ast.AnnAssign)]
    comments = {_assigned_name(field): lines[field.end_lineno - 1] for field in fields}
    return {name: line.rpartition("#")[2].strip() for name, line in comments.items() if name is not None and "#" in line}


def _strip(tree: ast.Module) -> None:
    """Take out what changes no result: docstrings, other bare strings, and CHANGE_NO_RESULT."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [child for child in body if not _is_bare_string(child)]
    tree.body = [node for node in tree.body if _assigned_name(node) not in CHANGE_NO_RESULT]


def _is_bare_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _imported_names(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """Dotted names that a statement may load: ``from a import b`` may load the module ``a.b``."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        kept = package[: len(package) - node.level + 1] if node.level else ()
        base = ".".join([*kept, *([node.module] if node.module else [])])
        return [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return []


def _loaders(node: ast.AST) -> set[str]:
    """Names in a node that load modules past the import statements, or run text that may."""
    if isinstance(node, ast.Name):
        return {node.id} & (LOADERS | RUNNERS)
    if isinstance(node, ast.Attribute):  # eval is also a method of torch's networks
        builtins = isinstance(node.value, ast.Name) and node.value.id == "builtins"
        return {node.attr} & (LOADERS | RUNNERS if builtins else LOADERS)
    if isinstance(node, ast.ImportFrom):
        return {alias.name for alias in node.names} & (LOADERS | RUNNERS)
    if isinstance(node, ast.Constant):  # as in getattr(importlib, "import_module")
        return {node.value} & LOADERS if isinstance(node.value, str) else set()
    return set()


def _may_name_a_file(node: ast.AST) -> bool:
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and 0 < len(text) < 100 and text.isprintable() and text[0] != "/"
