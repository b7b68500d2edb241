"""The dialect alone, without a builder of sites; and the trials, which every builder has to read alike."""

from pathlib import Path

import yaml
from building import ROOT
from markdown import Markdown

from jekyll_dialect import extension
from jekyll_dialect.templating import Page

CONFIG = ROOT / "docs" / "_config.yml"
TRIALS = sorted((Path(__file__).parent / "alike").glob("*.txt"))


class _Loader(yaml.SafeLoader):
    """mkdocs.yml without what its tag for environment variables stands for."""


_Loader.add_constructor("!ENV", lambda *_: None)


def trials():
    """Texts by their names; a line ==== stands between two."""
    found = {}
    for path in TRIALS:
        for number, text in enumerate(path.read_text("utf-8").split("\n====\n"), 1):
            found[f"{path.stem}-{number}"] = f"{text.rstrip()}\n"
    return found


def converter(folder, meta=None, name="index.md"):
    """A function from the text of a page to HTML; where pages lie in `folder`/docs, it knows of their files."""
    docs = folder / "docs"
    settings = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)
    extensions, options = [], {}
    for entry in settings["markdown_extensions"]:
        one, values = next(iter(entry.items())) if isinstance(entry, dict) else (entry, {})
        if one != "whybn.site.markdown":
            extensions.append(one)
            options[one] = values
    dialect = extension.makeExtension(docs=str(docs))
    dialect.page = lambda: Page(docs, name, meta or {})
    return Markdown(extensions=[*extensions, dialect], extension_configs=options).convert
