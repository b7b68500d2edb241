"""All that is measured on somebody's network, as words, as data and as pictures."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from torch import nn

from whybn.look.advice import Advice, advice, number
from whybn.look.page import body, page
from whybn.probes.ingredients import Ingredient, ingredients_of
from whybn.probes.layers import Layer, layers_of
from whybn.probes.refusals import RefusedError
from whybn.probes.statistics import BatchStatistics, statistics_of
from whybn.probes.subject import Loss, Subject, undisturbed_randomness
from whybn.probes.walk import RATES, Walk, walk_of


@dataclass(frozen=True)
class Report:
    """What `look` found. Print it for words, show it in a notebook for words and pictures, or save it.

    name: of the model. layers, walk, statistics, ingredients: as the functions of these names return them. first: what
    to look at first. refused: {what could not be measured: why}; its place above is then empty.
    """

    name: str
    layers: tuple[Layer, ...]
    walk: Walk
    statistics: tuple[BatchStatistics, ...]
    ingredients: tuple[Ingredient, ...]
    first: tuple[Advice, ...]
    refused: dict[str, str] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """All numbers as plain dictionaries and lists; one that is not finite is None."""
        return _plain(asdict(self))

    def pictures(self) -> dict[str, str]:
        """The pictures that there is something to draw in, {name: SVG}. Raises ImportError without matplotlib."""
        from whybn.look.pictures import pictures

        return pictures(self.data())

    def save(self, path: str | Path, *, article: str = "") -> None:
        """Write the report to `path`: .html with words, pictures and tables, .json with the data, or .svg with a picture.

        A picture is chosen by the end of the file's name, NAME-walk.svg for that of the walk. `article` is the address of
        the article's site, for links into it. Raises ValueError for another ending or picture.
        """
        path = Path(path)
        if path.suffix == ".json":
            text = json.dumps(self.data(), indent=1, allow_nan=False)
        elif path.suffix == ".svg":
            drawn = self.pictures()
            chosen = path.stem.rpartition("-")[2]
            if chosen not in drawn:
                raise ValueError(f"{path}: the name must end in -PICTURE.svg, with one of: {', '.join(drawn)}")
            text = drawn[chosen]
        elif path.suffix == ".html":
            text = page(self, article)
        else:
            raise ValueError(f"{path}: a report is saved as .html, .json or .svg")
        path.write_text(text, encoding="utf-8")

    def __str__(self) -> str:
        lines = [f"{self.name}: loss {number(self.walk.train_here)} in train mode"]
        lines += [f"{count}. {one.says}" for count, one in enumerate(self.first, start=1)]
        lines += [f"Not measured: {what}. {why}." for what, why in self.refused.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return body(self)


def look(model: nn.Module, batch: Any, loss: Loss, *, rates: Sequence[float] = RATES) -> Report:
    """Measure all that this room can measure on `model`, with one batch and one loss.

    `batch` is a pair (inputs, targets): inputs are a tensor, a tuple of positional arguments or a mapping of keyword
    arguments. `loss(outputs, targets)` returns one number. `rates` are the learning rates of the walks. The model is left
    as it is, bit for bit: all is done on a copy. Raises RefusedError where nothing can be measured.
    """
    refused: dict[str, str] = {}

    def attempt(what: str, measure: Callable[[], tuple]) -> tuple:
        try:
            return measure()
        except RefusedError as error:
            refused[what] = str(error)
            return ()

    with undisturbed_randomness():
        subject = Subject(model, batch, loss)
        met = layers_of(subject)
        walked = walk_of(subject, rates)
        statistics = attempt("statistics", lambda: statistics_of(subject))
        switched = attempt("ingredients", lambda: ingredients_of(subject, rates, walked))
    first = advice(met, walked, statistics, switched)
    return Report(type(model).__name__, met, walked, statistics, switched, first, refused)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value
