"""A project of the same layout as this one, small enough to compute in a blink, made anew for each test."""

import contextlib
import io
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import whybn.evidence
from whybn.pipeline.cli import main
from whybn.pipeline.project import Project

PACKAGE = "toylab"
REAL = Path(whybn.evidence.__path__[0]).parent


def real(name: str) -> str:
    """A module of the real package: claims are judged and facts compared as in the article."""
    return (REAL / name).read_text(encoding="utf-8").replace("from whybn.", f"from {PACKAGE}.")


FILES = {
    "src/toylab/__init__.py": "",
    "src/toylab/lab/__init__.py": "",
    "src/toylab/lab/numbers.py": '''
"""Numbers."""
import numpy as np


def numbers(seed, count):
    """Random numbers."""
    # a comment
    return np.random.default_rng(seed).normal(size=count)
''',
    "src/toylab/lab/waves.py": '''
"""Waves."""
from pathlib import Path

import numpy as np

HEIGHTS = Path(__file__).parent / "heights.txt"


def waves(count):
    return float(HEIGHTS.read_text()) * np.sin(np.arange(count))
''',
    "src/toylab/lab/heights.txt": "2.0\n",
    "src/toylab/experiments/__init__.py": "",
    "src/toylab/experiments/sums.py": '''
"""Sums of numbers,
on two lines.

More."""
from dataclasses import dataclass, replace

import numpy as np

from toylab.lab.numbers import numbers

PARTS = ("small", "large")
BUDGET = 4


@dataclass(frozen=True)
class Settings:
    first_seed: int = 0
    seeds: int = 8  # repetitions
    rates: tuple[float, ...] = (0.5, 1e-5)


FULL = Settings()
QUICK = replace(FULL, seeds=3)


def run(settings, part):
    count = {"small": 10, "large": 1000}[part]
    seeds = range(settings.first_seed, settings.first_seed + settings.seeds)
    samples = np.stack([numbers(seed, count) for seed in seeds])
    return {"sum": samples.sum(1), "product": samples @ samples.T}
''',
    "src/toylab/experiments/tides.py": '''
"""Tides."""
from dataclasses import dataclass

from ..lab import waves

PARTS = ("sea",)
BUDGET = 1.5


@dataclass(frozen=True)
class Settings:
    count: int = 50


FULL = QUICK = Settings()


def run(settings, part):
    return {"height": waves.waves(settings.count)}
''',
    "src/toylab/evidence/__init__.py": "",
    **{
        f"src/toylab/evidence/{name}.py": real(f"evidence/{name}.py")
        for name in ("claims", "display", "facts", "record", "replication")
    },
    "src/toylab/readings/__init__.py": "",
    "src/toylab/readings/definitions.py": real("readings/definitions.py"),
    "src/toylab/findings/__init__.py": "",
    "src/toylab/findings/sums.py": '''
"""What the sums say."""
import numpy as np

from toylab.evidence.claims import Claim, per_seed
from toylab.evidence.display import number
from toylab.evidence.facts import Fact

EXPERIMENTS = ("sums",)


def facts(results):
    large = results["sums"]["large"]["sum"]
    return {"seeds": str(len(large)), "typical": Fact(large), "level": Fact(large / 1000 + 5)}


def claim(name, figure, sentence, values):
    return Claim(
        id=name,
        says=sentence.removesuffix("."),
        origin="nobody",
        experiment=figure,
        figure=figure,
        quantity="sum",
        scope="toys",
        values=values,
        margin=0.0,
        neutral=0.0,
        sentences={"supported": sentence},
        show=number,
    )


def claims(results):
    first = results["sums"]["small"]["sum"][:1]
    return [
        claim("first_sum_positive", "sums", "The first sum is positive.", per_seed(first)),
        claim("steady", "tides", "Steady.", per_seed(np.ones(8))),
    ]


def alts(fact):
    return {"sums": f"Sums of {fact['seeds']} seeds, level {fact['level']}"}
''',
    "src/toylab/findings/tides.py": '''
"""What the tides say."""
EXPERIMENTS = ("tides",)


def facts(results):
    return {"highest": f"{results['tides']['sea']['height'].max():.2f}"}


def claims(results):
    return []


def alts(fact):
    return {"tides": "Tides"}
''',
    "src/toylab/drawing/style.py": '''
"""Drawing as text."""
import json


def render(name, module, results, quick):
    lines = []
    module.draw(results, lines)
    text = json.dumps(lines) + (" quick" if quick else "")
    files = {name + suffix: text.encode() for suffix in (".svg", ".narrow.svg", ".csv")}
    return {**files, name + ".data.js": b"live" if hasattr(module, "explore") else None}
''',
    "src/toylab/evidence/formulas.py": '''
"""Formulas."""


def mathml():
    return {"one": "<math><mn>1</mn></math>"}
''',
    "figures/sums.py": '''
"""The sums."""
EXPERIMENTS = ("sums",)


def draw(results, axes):
    axes.extend(results["sums"]["small"]["sum"].tolist())
''',
    "figures/tides.py": '''
"""The tides."""
EXPERIMENTS = ("tides",)


def draw(results, axes):
    axes.extend(results["tides"]["sea"]["height"].tolist())
''',
    "docs/index.md": "{{ site.data.claims.first_sum_positive.supported }}\n",
    "run.py": """
import sys
from pathlib import Path

from whybn.pipeline.cli import main
from whybn.pipeline.project import Project

if __name__ == "__main__":
    sys.exit(main(Project(Path(__file__).parent, "toylab"), sys.argv[1:]))
""",
}


@dataclass(frozen=True)
class Run:
    """What a run of the command line returned and printed."""

    status: int
    out: str
    err: str

    @property
    def trained(self) -> set[str]:
        """The parts that were trained, such as ``sums · small``."""
        return set(re.findall(r"^\[ *\d+/\d+\] (\w+ · \w+)", self.out, flags=re.MULTILINE))

    @property
    def drawn(self) -> set[str]:
        """The figures that were drawn."""
        return set(re.findall(r"^\[ *\d+/\d+\] (\w+) +\d", self.out, flags=re.MULTILINE))


class Toy:
    """The project in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            self.write(name, text.lstrip())

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def run(self, *arguments: str) -> Run:
        """Bring figures up to date in this process, with one worker unless told otherwise."""
        return self.call("figures", *arguments, *(() if "--jobs" in arguments else ("--jobs", "1")))

    def call(self, *arguments: str) -> Run:
        """Run the command line in this process."""
        out, err = io.StringIO(), io.StringIO()
        path, bytecode = list(sys.path), sys.dont_write_bytecode
        sys.dont_write_bytecode = True
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = main(Project(self.root, PACKAGE), list(arguments))
        finally:
            sys.path[:], sys.dont_write_bytecode = path, bytecode
            for name in [name for name in sys.modules if name.split(".")[0] in {PACKAGE, "figures"}]:
                del sys.modules[name]
        return Run(status, out.getvalue(), err.getvalue())

    def start(self, *arguments: str, to: str = "figures", **options) -> subprocess.Popen:
        """Start the command line as a process group of its own."""
        command = [sys.executable, "-B", str(self.root / "run.py"), to, *arguments]
        # As a user's shell has it: the pipeline itself has to see to one thread for each worker.
        environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
        streams = {"env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, start_new_session=True, **streams, **options)

    def run_alone(self, *arguments: str, **options) -> Run:
        """Run the command line as a process of its own."""
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=60)
        return Run(process.returncode, out, err)

    def made(self) -> dict[str, bytes]:
        """Everything that a run makes and that may not depend on when and how it ran: all but what tells times."""
        arrays = (self.root / ".results").rglob("*.npz")
        drawn = (self.root / "docs" / "assets" / "figures").glob("*")
        data = (path for path in (self.root / "docs" / "_data").glob("*") if path.name != "times.json")
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in [*arrays, *drawn, *data]}

    def made_for_pages(self) -> dict[str, bytes]:
        """Every file that a run makes for the pages, times included."""
        files = [*(self.root / "docs" / "_data").glob("*"), *(self.root / "docs" / "assets" / "figures").glob("*")]
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in files}

    def leftovers(self) -> list[Path]:
        """Half-written files."""
        return list(self.root.rglob(".partial-*"))

    def stored(self, experiment: str, part: str) -> Path:
        """The file of a part's arrays at full settings."""
        (path,) = (self.root / ".results" / experiment).glob(f"{part}.full.*.npz")
        return path


def stop_group(process: subprocess.Popen) -> None:
    """End what is left of a process group: workers first, then what tidies up behind them."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        for _ in range(100):
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stderr.close()
