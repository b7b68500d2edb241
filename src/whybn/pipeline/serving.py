"""`serve`: the article in a browser within seconds, and its figures and numbers in it as they are computed."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator

from whybn.pipeline.build import make_figures
from whybn.pipeline.errors import PipelineError
from whybn.pipeline.files import write_changed
from whybn.pipeline.outlook import Outlook
from whybn.pipeline.project import Project, Variant

SITE = "whybn.site.serving"  # a process of its own: it is not to wait for the trainings, nor these for it


def serve(project: Project, variant: Variant, figure: str | None, jobs: int | None, port: int) -> int:
    """Show the article, bring it up to date, and go on showing it until Ctrl-C. Returns 1 where it cannot be shown."""
    write_plan(project)
    outlook = Outlook(project, project.results / "outlook.json")
    with site(project, outlook, port) as server:
        try:
            make_figures(project, variant, figure, jobs, outlook)
        except PipelineError as error:
            print(f"error: {error}", file=sys.stderr)
            outlook.stopped(str(error))
        print("all that can be computed is; Ctrl-C stops the server", flush=True)
        server.wait()
    return 1


def write_plan(project: Project) -> None:
    """Write down what pages are to expect: the findings, and the figures that are not there, with their sizes in px."""
    from whybn.pipeline.tasks import import_script

    missing = {name: one for name, one in project.figures.items() if not (project.pictures / f"{name}.svg").is_file()}
    style = project.load("drawing", "style") if missing else None
    figures = {}
    for name, figure in missing.items():
        shows = project.sources.file(figure.path).doc.split("\n\n")[0].replace("\n", " ")
        sizes = style.sizes(import_script(figure.path))
        sides = {
            f"{kind}_{side}": str(px) for kind in sizes for side, px in zip(("width", "height"), sizes[kind], strict=True)
        }
        about = {"script": project.place(figure.path), "command": f"make figures FIGURE={name}"}
        figures[name] = {"shows": shows, **about, **sides}
    plan = {"findings": list(project.findings), "figures": figures}
    write_changed(project.data / "planned.json", json.dumps(plan, indent=1, ensure_ascii=False) + "\n")


@contextlib.contextmanager
def site(project: Project, outlook: Outlook, port: int) -> Iterator[subprocess.Popen[str]]:
    """Serve the site while the block runs, which begins when its first page can be had."""
    command = [sys.executable, "-m", SITE, str(port), str(outlook.path)]
    server = subprocess.Popen(command, cwd=project.root, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own words
    try:
        address = server.stdout.readline().strip()
        if not address:
            raise PipelineError("the article cannot be shown")
        print(f"the article is at {address}", flush=True)
        yield server
    finally:
        server.terminate()
        server.wait()
