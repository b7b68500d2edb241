"""YAML in which a key stands once: YAML's own reader lets the last of two keys win and says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import relpath
from pathlib import Path

import yaml

from jekyll_dialect.errors import PageError


def read_yaml(text: str, name: str | Path, first_line: int = 1) -> object:
    """The value of a YAML text that begins on line `first_line` of the file `name`.

    Raises PageError, naming file and line, for what is no YAML, and for every key that stands twice.
    """
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if doubled := _messages(node, name, first_line):
            raise PageError("\n".join(doubled))
        return None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = first_line + (error.problem_mark.line if error.problem_mark else 0)
        raise PageError(f"{name}:{line}: not valid YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:  # a character that YAML does not know; a date of no calendar
        raise PageError(f"{name}:{first_line}: not valid YAML: {' '.join(str(error).split())}") from error


def doubled_keys(path: Path) -> list[str]:
    """A message for every key that stands twice in a YAML file; tags of its own need not be known here."""
    return _messages(yaml.compose(path.read_text("utf-8"), yaml.SafeLoader), relpath(path), 1)


def _messages(node: yaml.Node | None, name: str | Path, first_line: int) -> list[str]:
    """A message for every key that a mapping in or below `node` has twice."""
    return [
        f"{name}:{first_line + again}: the key “{key}” stands on line {first_line + first} already, and only one of "
        "the two would count: rename or remove one"
        for key, first, again in _doubles(node, set())
    ]


def _doubles(node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[str, int, int]]:
    """(key, line of the first, line of the other), lines counted from 0; `seen` are nodes that an alias may repeat."""
    if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
        return
    seen.add(id(node))
    lines: dict[tuple[str, str], int] = {}
    for item in node.value:
        key, value = item if isinstance(item, tuple) else (None, item)
        if isinstance(key, yaml.ScalarNode):
            name = (key.tag, key.value)  # 1 and "1" are two keys
            if name in lines:
                yield key.value, lines[name], key.start_mark.line
            lines.setdefault(name, key.start_mark.line)
        yield from _doubles(value, seen)
