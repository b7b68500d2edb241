"""What axe-core, the Nu HTML checker and Lighthouse say of every page."""

import json
import os
import subprocess
from statistics import median

import pytest

pytestmark = pytest.mark.verify
PAGES = ("index.html", "evidence.html", "methods.html", "your-network.html", "404.html")
PERFECT = ("accessibility", "best-practices", "seo")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(served, visit, tool, name, width, scheme):
    page, _, _ = visit(served + name, width, scheme)
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    violations = page.evaluate("async () => (await axe.run()).violations")
    assert [(v["id"], v["help"], [n["html"] for n in v["nodes"]]) for v in violations] == []


def test_the_nu_checker_finds_no_error_on_any_page(built, program, tool):
    command = [program("java"), "-jar", tool("vnu-jar/build/dist/vnu.jar"), "--format", "json", "--exit-zero-always"]
    pages = sorted(built.rglob("*.html"))
    assert len(pages) == len(PAGES)
    done = subprocess.run([*command, *pages], capture_output=True, text=True, check=True, timeout=300)
    messages = json.loads(done.stderr)["messages"]
    assert [(m["url"], m["lastLine"], m["message"]) for m in messages if m["type"] != "info"] == []


@pytest.fixture
def lighthouse(program, tool, tmp_path):
    """Return ``lighthouse(address)``: its scores, as a telephone on a slow network has them."""
    environment = {**os.environ, "CHROME_PATH": program("chromium")}
    report = tmp_path / "report.json"
    command = [program("node"), tool("lighthouse/cli/index.js"), "--quiet", "--output=json", f"--output-path={report}",
               "--chrome-flags=--headless=new --no-sandbox"]  # fmt: skip

    def scores(address):
        done = subprocess.run([*command, address], capture_output=True, text=True, check=False, timeout=180,
                              env=environment)  # fmt: skip
        assert done.returncode == 0, done.stderr
        categories = json.loads(report.read_text(encoding="utf-8"))["categories"]
        return {name: category["score"] for name, category in categories.items()}

    return scores


@pytest.mark.parametrize("name", PAGES)
def test_lighthouse_scores(served, lighthouse, name):
    """Performance is the median of three. Other work on the machine makes a page slower, never faster: where the
    median falls short while the machine has more to do than it has cores, three more are measured."""
    for _ in range(3):
        runs = [lighthouse(served + name) for _ in range(3)]
        assert [{key: run[key] for key in PERFECT} for run in runs] == [dict.fromkeys(PERFECT, 1)] * 3
        performance = median(run["performance"] for run in runs)
        if performance >= 0.95 or os.getloadavg()[0] <= os.cpu_count():
            break
    assert performance >= 0.95, runs
