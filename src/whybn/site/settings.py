"""What `mkdocs.yml` says of a site, for whoever has to know it besides the builder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import yaml


class _Loader(yaml.SafeLoader):
    """YAML with MkDocs's tag for environment variables; what other tags stand for is nobody's business here."""


def _from_environment(loader: _Loader, node: yaml.Node) -> object:
    """`!ENV [NAME, default]`: the first variable that is set, else the last value."""
    values = (
        loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else [loader.construct_scalar(node), None]
    )
    *names, default = values
    return next((os.environ[name] for name in names if name in os.environ), default)


_Loader.add_constructor("!ENV", _from_environment)
_Loader.add_multi_constructor("", lambda *_: None)


@dataclass(frozen=True)
class Settings:
    """The file itself, the folder of the pages, the published address (or ""), and the folder of templates, if any."""

    file: Path
    docs: Path
    address: str
    templates: Path | None

    @classmethod
    def read(cls, file: Path) -> Settings:
        """The settings in `file`; paths in it are relative to its folder."""
        values = yaml.load(file.read_text("utf-8"), _Loader)  # noqa: S506 - a loader that makes plain values
        templates = values.get("theme", {}).get("custom_dir")
        return cls(
            file,
            file.parent / values.get("docs_dir", "docs"),
            values.get("site_url") or "",
            file.parent / templates if templates else None,
        )
