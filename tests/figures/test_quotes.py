"""What a figure marks or writes is what the page says: its numbers are those of facts and claims, or they are settings.

A number is a setting where it does not change with the seeds. So every figure is drawn twice, from two sets of seeds:
what differs in its words, its rules, its lone dots and strokes is measured, and must carry the name of a fact or claim.
"""

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.text import Text

import whybn.findings
from whybn.drawing import style
from whybn.evidence.facts import Fact
from whybn.pipeline.tasks import import_script
from whybn.readings.definitions import interval

SCRIPTS = sorted((Path(__file__).parents[2] / "figures").rglob("*.py"))
FINDINGS = sorted(path.stem for path in Path(whybn.findings.__path__[0]).glob("[a-z]*.py"))
NUMBER = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?")
SEEDS = {"seeds": 3}  # of two, a median would be a mean
OTHER_SEEDS = SEEDS | {"first_seed": 100}


@pytest.fixture(scope="module")
def said(quick) -> dict[str, tuple[float, str]]:
    """Number and display string of every fact that shows one, and of every claim's settings, by name."""
    found: dict[str, tuple[float, str]] = {}
    for name in FINDINGS:
        module = importlib.import_module(f"whybn.findings.{name}")
        results = {experiment: quick(experiment, **SEEDS) for experiment in module.EXPERIMENTS}
        for key, fact in module.facts(results).items():
            measured = isinstance(fact, Fact)
            found[f"{name}.{key}"] = (fact.summary(fact.row), fact.displayed()) if measured else (whole(fact), fact)
        for claim in module.claims(results):
            for setting, values in claim.values.items():
                median = interval(values).median
                found[f"{claim.id}.{setting}" if setting else claim.id] = (median, claim.show(median, claim.digits))
    return found


def whole(text: str) -> float:
    return float(text.replace(",", "")) if re.fullmatch(r"[\d,.]+", text) else np.nan


def drawn(module: ModuleType, results: dict) -> list[style.Panel]:
    with mpl.rc_context():
        style.use_style()
        _, panels = module.LAYOUT.panels(style.WIDE)
        module.draw(results, panels)
    return panels


def written(panel: style.Panel) -> set[str]:
    """Words in a panel that hold a digit, without those of ticks."""
    axes = panel.axes
    ticks = {
        label for axis in (axes.xaxis, axes.yaxis) for tick in axis.get_major_ticks() for label in (tick.label1, tick.label2)
    }
    words = {text.get_text() for text in axes.findobj(Text) if text not in ticks and text.get_visible()}
    return {text for text in words if re.search(r"\d", text)}


def unquoted(panel: style.Panel) -> set[str]:
    """The same, without what is quoted in them, and without the digits that a network takes images for."""
    answers = {f"{row['value']:g}" for row in panel.rows if str(row["series"]).endswith(", answer")}
    words = written(panel) - answers
    for quote in panel.quotes:
        words = {text.replace(quote.text, "") if quote.text else text for text in words}
    return words


def marked(panel: style.Panel) -> Iterator[tuple[float, ...]]:
    """Where a panel's rules, lone dots and lone strokes stand: the numbers that each of them may stand for."""
    axes = panel.axes
    for line in axes.lines:
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        if line.get_transform() == axes.get_yaxis_transform(which="grid"):
            yield (y[0],)
        elif line.get_transform() == axes.get_xaxis_transform(which="grid"):
            yield (x[0],)
        elif len(x) == 1 and line.get_marker() != "None":
            yield (x[0], y[0])
    for strokes in axes.collections:
        if isinstance(strokes, LineCollection) and len(strokes.get_segments()) == 1 and len(strokes.get_segments()[0]) == 2:
            (left, low), (right, high) = strokes.get_segments()[0]
            if (left == right) != (low == high):
                yield (left,) if left == right else (low,)


def close(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=1e-6, atol=0))


def settings(module: ModuleType, results: dict) -> set[float]:
    """Numbers that a figure may write.

    They are those of its experiments' settings, lengths of axes, such as the number of layers, and constants of the code
    that draws it.
    """
    homes = [module, *(part for part in vars(module).values() if isinstance(part, ModuleType))]
    own = [value for home in homes for name, value in vars(home).items() if name.isupper()]
    experiments = [importlib.import_module(f"whybn.experiments.{name}") for name in module.EXPERIMENTS]
    lengths = [array.shape for parts in results.values() for part in parts.values() for array in part.values()]
    return set(numbers([own, lengths, [asdict(experiment.QUICK) for experiment in experiments]]))


def numbers(value: object) -> Iterator[float]:
    if isinstance(value, str):
        yield from (float(number.replace(",", "")) for number in NUMBER.findall(value))
    elif isinstance(value, dict):
        yield from numbers([*value, *value.values()])
    elif isinstance(value, Iterable):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, int | float | np.number):
        yield float(value)


@pytest.fixture(scope="module", params=SCRIPTS, ids=lambda script: script.stem)
def figure(request, quick):
    """Numbers that a figure may write, and its panels drawn from two sets of seeds."""
    module = import_script(request.param)
    here = {name: quick(name, **SEEDS) for name in module.EXPERIMENTS}
    there = {name: quick(name, **OTHER_SEEDS) for name in module.EXPERIMENTS}
    return settings(module, here), drawn(module, here), drawn(module, there)


def test_every_quoted_number_is_the_one_that_the_page_says(figure, said) -> None:
    _, panels, _ = figure
    for quote in (quote for panel in panels for quote in panel.quotes):
        assert quote.name in said, f"no findings module has the fact or claim '{quote.name}'"
        value, shown = said[quote.name]
        assert close(quote.value, value), f"{quote.name} is {value}, and the figure has {quote.value}"
        assert not quote.text or shown in quote.text, f"{quote.name} is shown as {shown}; the figure writes {quote.text!r}"


def test_every_measured_mark_is_quoted(figure) -> None:
    _, here, there = figure
    for panel, other in zip(here, there, strict=True):
        elsewhere = list(marked(other))
        quoted = [factor * quote.value for quote in panel.quotes for factor in (1, 100)]  # shares are drawn in percent
        for mark in marked(panel):
            constant = any(len(mark) == len(one) and all(map(close, mark, one)) for one in elsewhere)
            named = any(close(number, value) for number in mark for value in quoted)
            assert constant or named, f"a mark at {mark} is measured: quote its fact or claim (whybn.drawing.quotes)"


def test_every_written_number_is_quoted_or_a_setting(figure) -> None:
    known, here, there = figure
    for panel, other in zip(here, there, strict=True):
        for text in unquoted(panel):
            assert text in unquoted(other), f"{text!r} holds a measured number: quote it (whybn.drawing.quotes.quoting)"
            for number in numbers(text):
                assert any(map(close, [number] * len(known), known)), f"{number:g} in {text!r} is no setting: quote it"


def test_what_other_seeds_change_is_a_fact_or_a_count(quick) -> None:
    """A string is a setting, or a count of these very seeds; whatever else was measured is compared with other seeds."""
    differ = set()
    for name in FINDINGS:
        module = importlib.import_module(f"whybn.findings.{name}")
        here, there = (
            module.facts({experiment: quick(experiment, **seeds) for experiment in module.EXPERIMENTS})
            for seeds in (SEEDS, OTHER_SEEDS)
        )
        strings = {key: text for key, text in here.items() if not isinstance(text, Fact)}
        differ |= {f"{name}.{key}" for key, text in strings.items() if text != there[key] and not text.isdecimal()}
    assert not differ, f"measured, and not compared with other seeds: make each of {sorted(differ)} a Fact"
