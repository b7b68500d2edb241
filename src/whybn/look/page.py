"""A report as one HTML file, and as the cell of a notebook: words, pictures and tables, with nothing to fetch."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from whybn.look.advice import Advice, number
from whybn.probes.layers import Signal

if TYPE_CHECKING:
    from whybn.look.report import Report

STYLE = """
.whybn{max-width:680px;margin:0 auto;font:16px/1.5 "Source Sans 3",system-ui,sans-serif;color:CanvasText}
.whybn h1,.whybn h2{font-weight:600;line-height:1.25}.whybn h1{font-size:1.5em}.whybn h2{font-size:1.15em;margin-top:2em}
.whybn li{margin:.5em 0}.whybn small{opacity:.75}.whybn img{max-width:100%;height:auto}.whybn a{color:inherit}
.whybn details{margin:1em 0;overflow-x:auto}.whybn summary{cursor:pointer}
.whybn table{border-collapse:collapse;font-size:.85em}.whybn th{text-align:left;font-weight:600}
.whybn th,.whybn td{padding:.15em .8em .15em 0;white-space:nowrap}.whybn td+td{font-variant-numeric:tabular-nums}
"""
TITLES = {
    "layers": "Layer by layer",
    "walk": "One step along the gradient",
    "ingredients": "What the normalisers do here",
    "statistics": "What Batch Norm remembers",
}


def page(report: "Report", article: str = "") -> str:
    """The report as a whole HTML document that needs no other file. `article` is the address of the article's site."""
    title = escape(f"{report.name}, looked at")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<style>:root{color-scheme:light dark}body{margin:2em 1em;background:light-dark(#fcfaf6,#15171a)}</style>"
        f"</head><body>{body(report, article)}</body></html>\n"
    )


def body(report: "Report", article: str = "") -> str:
    """The same as a part of a page. Where matplotlib is missing it says so in the place of the pictures."""
    heading = f"<h1>{escape(report.name)}: loss {number(report.walk.train_here)} in train mode</h1>"
    first = "".join(f"<li>{_sentence(one, article)}</li>" for one in report.first)
    refused = "".join(f"<p>Not measured: {escape(what)}. {escape(why)}.</p>" for what, why in report.refused.items())
    tables = {"layers": _layers(report), "walk": _walk(report), "ingredients": _ingredients(report)}
    tables["statistics"] = _statistics(report)
    try:
        drawn = _images(report)
        missing = ""
    except ModuleNotFoundError as error:
        drawn, missing = {}, f"<p>{escape(str(error))}</p>"
    parts = [
        f"<h2>{title}</h2>{drawn.get(name, '')}<details><summary>The numbers</summary>{tables[name]}</details>"
        for name, title in TITLES.items()
        if getattr(report, name)
    ]
    inside = f"{heading}<h2>What to look at first</h2><ol>{first}</ol>{refused}{missing}{''.join(parts)}"
    return f'<style>{STYLE}</style><article class="whybn">{inside}</article>'


def _sentence(one: Advice, article: str) -> str:
    """An advice with a word on where the article tells more, a link where its address is known."""
    says = "".join(f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(escape(one.says).split("`")))
    subject = escape(one.subject)
    if article:
        subject = f'<a href="{escape(article.rstrip("/"))}/{one.place}">{subject}</a>'
    return f"{says} <small>In the article: {subject}.</small>"


def _images(report: "Report") -> dict[str, str]:
    """Each picture at both widths, inside the page. As an image it keeps its style sheet to itself."""
    from whybn.look.pictures import pictures

    wide, narrow = (pictures(report.data(), narrow=one) for one in (False, True))
    return {
        name: f'<picture><source media="(max-width:695px)" srcset="{_address(narrow[name])}">'
        f'<img src="{_address(wide[name])}" alt="{TITLES[name]}; the numbers stand below"></picture>'
        for name in wide
    }


def _address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _layers(report: "Report") -> str:
    head = ["", "layer", "kind", "units", "size before", "after", "sameness before", "after", "spread before", "after"]

    def signals(before: Signal | None, after: Signal) -> list[Any]:
        pairs = [(getattr(before, key, None), getattr(after, key)) for key in ("size", "sameness", "spread")]
        return [value for pair in pairs for value in pair]

    rows = [
        [count, one.name, one.kind, one.units, *signals(one.before, one.after), one.gradient, one.dead]
        for count, one in enumerate(report.layers, start=1)
    ]
    return _table([*head, "gradient", "silent"], rows)


def _walk(report: "Report") -> str:
    walk = report.walk
    words = {"norm of the gradient": walk.gradient, "sharpness along it": walk.sharpness, "best rate": walk.best}
    rows = zip(walk.rates, walk.train, walk.evaluation, strict=True)
    steps = [["none", walk.train_here, walk.evaluation_here], *map(list, rows)]
    return _facts(words) + _table(["learning rate", "loss, train mode", "eval mode"], steps)


def _ingredients(report: "Report") -> str:
    rows = [[one.name, one.walk.train_here, one.walk.longest, one.walk.sharpness] for one in report.ingredients]
    return _table(["", "loss", "longest useful step", "sharpness"], rows)


def _statistics(report: "Report") -> str:
    head = ["Batch Norm", "examples", "mean: distance", "spread: ratio", "mean strays", "spread strays", "takes", "constant"]
    return _table(head, [list(vars(one).values()) for one in report.statistics])


def _facts(facts: Mapping[str, float]) -> str:
    return "<p>" + "; ".join(f"{name} {_cell(value)}" for name, value in facts.items()) + ".</p>"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    top = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    lines = "".join("<tr>" + "".join(f"<td>{_cell(one)}</td>" for one in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else escape(str(value))
