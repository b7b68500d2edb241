"""What the article quotes: ``docs/_data/*.json``, composed from the records of the last runs.

Every value is a string: floats, booleans and nil print differently in Jekyll and MkDocs.
"""

from typing import Any

from whybn.pipeline.errors import PipelineError
from whybn.pipeline.files import read_json, write_json
from whybn.pipeline.project import Project

VERDICTS = ("supported", "not_seen_here", "reversed", "mixed", "inconclusive")


class Records:
    """The last outcome for each experiment, findings module and figure, with the key that it belongs to."""

    def __init__(self, project: Project) -> None:
        """Records lie beside the results."""
        self._folder = project.results / "records"

    def read(self, kind: str, name: str) -> dict[str, Any] | None:
        """Return a record, None where there is none."""
        return read_json(self._folder / f"{kind}.{name}.json")

    def write(self, kind: str, name: str, record: dict[str, Any]) -> None:
        """Replace a record."""
        write_json(self._folder / f"{kind}.{name}.json", record)


def compose(project: Project, records: Records) -> None:
    """Write the data files, each only where it changed."""
    experiments = {name: records.read("experiment", name) for name in project.experiments}
    findings = {name: records.read("finding", name) for name in project.findings}
    done = {name: record for name, record in findings.items() if record}
    files: dict[str, dict[str, Any]] = {
        "experiments": _experiments(project, experiments),
        "results": {name: record["facts"] for name, record in done.items()},
        "claims": _claims(project, merged("claim", {name: record["claims"] for name, record in done.items()})),
        "figures": _figures(project, experiments, done),
    }
    formulas = records.read("formulas", "all")
    if formulas:
        files["math"] = formulas["mathml"]
    for name, value in files.items():
        write_json(project.data / f"{name}.json", value)


def findings_record(module: Any, results: Any, *, quick: bool) -> dict[str, Any]:
    """Return what a findings module says of results; raise PipelineError where a value is no string."""
    claims = {}
    for claim in module.claims(results):
        entry = claim.to_json()
        if entry["id"] in claims:
            raise PipelineError(f"two claims have the id '{entry['id']}'")
        claims[entry["id"]] = _unjudged(entry) if quick else entry
    record = {"facts": module.facts(results), "claims": claims, "alts": module.alts(results)}
    _check_strings(record, "")
    return record


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
                "seconds": records[name]["seconds"],
                "parts": list(experiment.parts),
                "settings": [{**row, "note": experiment.notes.get(row["name"], "")} for row in records[name]["settings"]],
            }
    return entries


def _figures(project: Project, experiments: dict[str, Any], findings: dict[str, Any]) -> dict[str, Any]:
    alts = merged("alt text", {name: record["alts"] for name, record in findings.items()})
    pages = _pages(project)
    entries = {}
    for name, figure in project.figures.items():
        if name in alts and all(experiments[needed] for needed in figure.experiments):
            seconds = sum(float(experiments[needed]["seconds"]) for needed in figure.experiments)
            entries[name] = {
                "alt": alts[name],
                "page": _page(pages, _address(name)) or "index",
                "script": project.place(figure.path),
                "csv": f"{name}.csv",
                "command": f"make figures FIGURE={name}",
                "experiments": ", ".join(figure.experiments),
                "seconds": f"{seconds:.0f}",
            }
    return entries


def _claims(project: Project, claims: dict[str, Any]) -> dict[str, Any]:
    """Return the claims in the order in which a reader meets their figures, each with the page that says it."""
    pages = _pages(project)

    def place(claim: dict[str, Any]) -> tuple[int, int]:
        found = [text.find(_address(claim["figure"])) for text in pages.values()]
        return next(((page, at) for page, at in enumerate(found) if at >= 0), (len(found), 0))

    ordered = dict(sorted(claims.items(), key=lambda item: place(item[1])))
    return {name: {**claim, "said": _page(pages, f"site.data.claims.{name}.") or ""} for name, claim in ordered.items()}


def _page(pages: dict[str, str], text: str) -> str | None:
    """Return the stem of the first page that holds `text`."""
    return next((stem for stem, whole in pages.items() if text in whole), None)


def _pages(project: Project) -> dict[str, str]:
    """Return the text of every page by its stem, the article first."""
    paths = sorted(project.docs.glob("*.md"), key=lambda path: (path.stem != "index", path.stem))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def _address(figure: str) -> str:
    return f"/assets/figures/{figure}.svg"
