"""What the article quotes: ``docs/_data/*.json``, composed from the records of the last runs.

What was measured with a clock lies in ``times.json`` alone, so that two builds of one tree agree in all other files.
Every value is a string: floats, booleans and nil print differently in Jekyll and MkDocs. Records hold plain text;
in the data files, whose strings pages paste into Markdown, what HTML would take for a tag or an entity is escaped.
"""

import contextlib
import json
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from whybn.pipeline import replications
from whybn.pipeline.errors import DamagedError, PipelineError
from whybn.pipeline.files import make_way, read_sealed, write_changed, write_sealed
from whybn.pipeline.project import Project

IN_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# What every record holds, by kind, and every claim in one of findings: one of another version may lack it.
FIELDS = {
    "experiment": ("seconds", "settings"),
    "finding": ("key", "facts", "claims", "alts", "compared"),
    "figure": ("key", "files"),
    "formulas": ("key", "mathml"),
}
OF_A_CLAIM = {"experiment", "figure", "verdict", "verdicts", "repeated"}
VERDICTS = ("supported", "not_seen_here", "reversed_here", "mixed", "inconclusive")


class Records:
    """The last outcome for each experiment, findings module and figure, with the key that it belongs to."""

    def __init__(self, project: Project) -> None:
        """Records lie beside the results."""
        self._folder = project.results / "records"
        self._damaged: set[Path] = set()

    def read(self, kind: str, name: str) -> dict[str, Any] | None:
        """Return a record, None where there is none; one that is damaged counts as none, and that is said once."""
        path = self._path(kind, name)
        with contextlib.suppress(DamagedError):
            record = read_sealed(path, FIELDS[kind])
            if record is None or _complete(kind, record):
                return record
        if path not in self._damaged:
            print(f"the record of {kind} {name} is damaged and counts as missing")
        self._damaged.add(path)
        return None

    def write(self, kind: str, name: str, record: dict[str, Any]) -> None:
        """Replace a record."""
        write_sealed(self._path(kind, name), record)

    def names(self, kind: str) -> list[str]:
        """Return the names of all records of a kind."""
        return sorted(path.stem.removeprefix(f"{kind}.") for path in self._folder.glob(f"{kind}.*.json"))

    def remove(self, kind: str, name: str) -> None:
        """Remove a record."""
        make_way(self._path(kind, name))
        self._path(kind, name).unlink(missing_ok=True)

    def _path(self, kind: str, name: str) -> Path:
        return self._folder / f"{kind}.{name}.json"


def _complete(kind: str, record: dict[str, Any]) -> bool:
    return kind != "finding" or all(claim.keys() >= OF_A_CLAIM for claim in record["claims"].values())


def compose(project: Project, records: Records) -> None:
    """Write the data files, each only where it changed."""
    experiments = {name: records.read("experiment", name) for name in project.experiments}
    findings = {name: records.read("finding", name) for name in project.findings}
    done = {name: record for name, record in findings.items() if record}
    runs = replications.read(project)
    moved = {name: replications.moved(project, run) for name, run in runs.items()}
    claims = _claims(project, merged("claim", {name: record["claims"] for name, record in done.items()}), moved)
    files: dict[str, dict[str, Any]] = {
        "experiments": _experiments(project, experiments),
        "results": {name: record["facts"] for name, record in done.items() if not project.timed(project.findings[name])},
        "claims": claims,
        "replications": {
            name: _replication(run, moved[name], _repeated(claims, name), _comparisons(done, name))
            for name, run in runs.items()
        },
        "figures": _figures(project, experiments, done),
        "times": _times(project, experiments, done),
    }
    files = {name: escaped(value) for name, value in files.items()}
    formulas = records.read("formulas", "all")
    if formulas:
        files["math"] = formulas["mathml"]  # which is HTML
    for name, value in files.items():
        write_changed(project.data / f"{name}.json", json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def findings_record(
    project: Project, name: str, results: Any, runs: Mapping[str, dict[str, Any]], *, quick: bool
) -> dict[str, Any]:
    """Return what a findings module says of results, beside the kept ``runs`` elsewhere.

    Raises PipelineError where a value is no string, two claims have one id, or a claim rests on measured times.
    """
    module = project.load("findings", name)
    claims = module.claims(results)
    if claims and project.timed(project.findings[name]):
        raise PipelineError(f"claim '{claims[0].id}' rests on measured times, which no other run repeats")
    known: set[str] = set()
    for claim in claims:
        if claim.id in known:
            raise PipelineError(f"two claims have the id '{claim.id}'")
        known.add(claim.id)
    kept = [_kept_run(project, *run) for run in runs.items()]
    record = project.load("evidence", "record").record(name, module.facts(results), claims, kept)
    if quick:
        record["claims"] = {key: _unjudged(entry) for key, entry in record["claims"].items()}
    record["alts"] = module.alts(record["facts"])
    for part in ("facts", "claims", "alts"):
        _check_strings(record[part], part)
    return record


def _kept_run(project: Project, name: str, run: dict[str, Any]) -> Any:
    other_seeds = run["settings"] == "full" and run["first_seed"] is not None
    make = project.load("evidence", "replication").Replication
    return make(name, run["title"], other_seeds, run["facts"], run["claims"])


def escaped(value: Any) -> Any:
    """Return a data file's content with its strings as HTML and Markdown show them, the keys of mappings included."""
    if isinstance(value, dict):
        return {escaped(key): escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return value.translate(IN_HTML)


def merged(what: str, by_module: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Put the entries of all findings modules into one; raise PipelineError where two use the same name."""
    owner: dict[str, str] = {}
    for module, entries in by_module.items():
        for name in entries:
            if owner.setdefault(name, module) != module:
                raise PipelineError(f"{what} '{name}' comes from two findings modules, {owner[name]} and {module}")
    return {name: entry for entries in by_module.values() for name, entry in entries.items()}


def _unjudged(entry: dict[str, Any]) -> dict[str, Any]:
    """Put the sentence under every verdict, as quick settings check none, for a preview of the article."""
    return {**entry, **dict.fromkeys(VERDICTS, entry["sentence"]), "quick": "true"}


def _check_strings(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _check_strings(item, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _check_strings(item, f"{where}[{position}]")
    elif not isinstance(value, str):
        raise PipelineError(f"{where} must be a string for display, not {value!r}")


def _experiments(project: Project, records: dict[str, Any]) -> dict[str, Any]:
    entries = {}
    for name, experiment in project.experiments.items():
        if records[name]:
            entries[name] = {
                "name": name,
                "summary": experiment.summary,
                "budget": f"{experiment.budget:g}",
                "parts": list(experiment.parts),
                "settings": [{**row, "note": experiment.notes.get(row["name"], "")} for row in records[name]["settings"]],
            }
    return entries


def _figures(project: Project, experiments: dict[str, Any], findings: dict[str, Any]) -> dict[str, Any]:
    alts = merged("alt text", {name: record["alts"] for name, record in findings.items()})
    texts = pages(project)
    entries = {}
    for name, figure in project.figures.items():
        if name in alts and all(experiments[needed] for needed in figure.experiments):
            entries[name] = {
                "alt": alts[name],
                "page": _page(texts, address(name)) or "index",
                "script": project.place(figure.path),
                "csv": f"{name}.csv",
                "command": f"make figures FIGURE={name}",
                "experiments": ", ".join(figure.experiments),
            }
    return entries


def _times(project: Project, experiments: dict[str, Any], findings: dict[str, Any]) -> dict[str, Any]:
    """Return core-seconds by experiment and by figure, and the facts of findings that read measured times."""
    seconds = {name: float(record["seconds"]) for name, record in experiments.items() if record}
    return {
        "experiments": {name: f"{spent:.1f}" for name, spent in seconds.items()},
        "figures": {
            name: f"{sum(seconds[needed] for needed in figure.experiments):.0f}"
            for name, figure in project.figures.items()
            if set(figure.experiments) <= set(seconds)
        },
        "facts": {name: record["facts"] for name, record in findings.items() if project.timed(project.findings[name])},
    }


def _claims(project: Project, claims: dict[str, Any], moved: dict[str, list[str]]) -> dict[str, Any]:
    """Return the claims in the order in which a reader meets their figures, each with the page that says it.

    ``article`` is the folder of that page, or else of the one that shows the figure; empty for the article in the root.
    A repetition whose experiment has other code by now is marked.
    """
    texts = pages(project)

    def place(claim: dict[str, Any]) -> tuple[int, int]:
        found = [text.find(address(claim["figure"])) for text in texts.values()]
        return next(((page, at) for page, at in enumerate(found) if at >= 0), (len(found), 0))

    def said(name: str) -> str:
        return _page(texts, f"site.data.claims.{name}.") or ""

    ordered = dict(sorted(claims.items(), key=lambda item: place(item[1])))
    return {
        name: {
            **claim,
            "said": said(name),
            "article": posixpath.dirname(said(name) or _page(texts, address(claim["figure"])) or ""),
            "repeated": [
                {**one, "moved": "true" if claim["experiment"] in moved[one["name"]] else ""} for one in claim["repeated"]
            ],
        }
        for name, claim in ordered.items()
    }


def _replication(
    run: dict[str, Any], moved: list[str], repeated: list[bool], comparisons: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what the evidence page says of one run elsewhere, all in all."""
    return {
        "title": run["title"],
        "date": run["date"][:10],
        "cpu": run["cpu"],
        "versions": ", ".join(f"{package} {number}" for package, number in run["versions"].items()),
        "moved": moved,
        "larger": {name: _listed(settings) for name, settings in run.get("larger", {}).items()},
        "claims": str(len(repeated)),
        "same": str(sum(repeated)),
        "compared": str(sum(one["compared"] for one in comparisons)),
        "missed": [name for one in comparisons for name in one["missed"]],
        "outside": str(sum(len(one["missed"]) for one in comparisons)),
        "expected": f"{sum(one['expected'] for one in comparisons):.0f}",
    }


def _repeated(claims: dict[str, Any], run: str) -> list[bool]:
    """Return of each claim that was measured in a run whether its verdicts are the same there."""
    return [
        claim["verdicts"].items() <= one["verdicts"].items()
        for claim in claims.values()
        for one in claim["repeated"]
        if one["name"] == run
    ]


def _listed(settings: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in settings.items())


def _comparisons(findings: dict[str, Any], run: str) -> list[dict[str, Any]]:
    return [record["compared"][run] for record in findings.values() if run in record["compared"]]


def _page(pages: dict[str, str], text: str) -> str | None:
    """Return the stem of the first page that holds `text`."""
    return next((stem for stem, whole in pages.items() if text in whole), None)


def pages(project: Project) -> dict[str, str]:
    """Return the text of every page by its path without the suffix: the article, what lies beside it, the others."""
    found = {path.relative_to(project.docs).with_suffix("").as_posix(): path for path in project.docs.rglob("*.md")}
    names = sorted(found, key=lambda name: (name != "index", name.count("/"), name))
    return {name: found[name].read_text(encoding="utf-8") for name in names}


def address(figure: str) -> str:
    """Return what a page holds that shows a figure."""
    return f"/assets/figures/{figure}.svg"
