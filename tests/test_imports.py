"""Data flows one way: nothing knows anything of what comes after it."""

import ast
import sys
from pathlib import Path

import pytest

from whybn.pipeline.closure import Sources

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
SOURCES = Sources(SRC)

LAB, MEASURES, EXPERIMENTS = "whybn.lab", "whybn.measures", "whybn.experiments"
FINDINGS, EVIDENCE, DRAWING = "whybn.findings", "whybn.evidence", "whybn.drawing"
READINGS, DEFINITIONS = "whybn.readings", "whybn.readings.definitions"
PIPELINE, SITE, MAIN = "whybn.pipeline", "whybn.site", "whybn.__main__"
COMMON, DIALECT, PROBES, LOOK = "whybn.common", "jekyll_dialect", "whybn.probes", "whybn.look"

# What each place may import of this package, besides itself and what is common to all.
ALLOWED = {
    COMMON: (),
    DIALECT: (),
    LAB: (),
    MEASURES: (LAB,),
    EXPERIMENTS: (LAB, MEASURES, PROBES, DEFINITIONS),
    READINGS: (),
    EVIDENCE: (DEFINITIONS,),
    FINDINGS: (EVIDENCE, READINGS),
    DRAWING: (DEFINITIONS,),
    PIPELINE: (),
    SITE: (EVIDENCE, DIALECT),
    MAIN: (PIPELINE,),
    # For networks of other people: they know nothing of our ensembles.
    PROBES: (),
    LOOK: (PROBES, DRAWING),
    "figures": (DRAWING, READINGS),
}

# Packages that nothing may load which a place imports, directly or not.
FREE_OF = {
    COMMON: ("torch", "matplotlib", "numpy", "numba"),
    DIALECT: ("torch", "matplotlib", "numpy", "numba"),
    FINDINGS: ("torch", "matplotlib"),
    READINGS: ("torch", "matplotlib", "jaxtyping"),
    EVIDENCE: ("torch", "matplotlib"),
    DRAWING: ("torch",),
    "figures": ("torch",),
    SITE: ("torch", "matplotlib"),
    PIPELINE: ("torch", "matplotlib"),
    LAB: ("matplotlib",),
    MEASURES: ("matplotlib",),
    PROBES: ("matplotlib", "jaxtyping"),
    EXPERIMENTS: ("matplotlib",),
}

FILES = sorted([*SRC.rglob("*.py"), *(ROOT / "figures").rglob("*.py")])


def module_name(path: Path) -> str:
    base = SRC if path.is_relative_to(SRC) else ROOT
    return ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


def within(module: str, place: str) -> bool:
    return module == place or module.startswith(place + ".")


def place_of(module: str) -> str:
    found = [place for place in ALLOWED if within(module, place)]
    assert found, f"{module} stands in no known place: say in ALLOWED what it may import"
    return found[0]


def imported(path: Path) -> set[str]:
    """Modules of this repository that a file imports itself, but for the `__init__.py` above them, which are empty."""
    names = [name for name in SOURCES.file(path).imports if within(name, "whybn") or within(name, DIALECT)]
    return {module_name(file) for name in names for file in SOURCES._modules(name) if file.name != "__init__.py"}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_go_one_way(path):
    module = module_name(path)
    if module in {"whybn", DIALECT}:
        return
    place = place_of(module)
    for name in imported(path):
        common = () if place == DIALECT else (COMMON,)  # it could leave this repository
        assert any(within(name, allowed) for allowed in (place, *common, *ALLOWED[place])), f"{module} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_heavy_packages_stay_where_they_belong(path):
    module = module_name(path)
    banned = FREE_OF.get(place_of(module), ()) if module != "whybn" else ("torch", "matplotlib", "numpy")
    for member in SOURCES.closure(path):
        for name in SOURCES.file(member).imports:
            assert name.split(".")[0] not in banned, f"{module} loads {name} through {module_name(member)}"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_only_the_pipeline_loads_modules_by_name(path):
    assert within(module_name(path), PIPELINE) or not SOURCES.file(path).dynamic


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=module_name)
def test_init_files_are_empty(path):
    if module_name(path) == LOOK:
        # The one door for other people: it names what they may use, and imports only that.
        tree = ast.parse(path.read_text(encoding="utf-8"))
        (names,) = [node.value for node in tree.body if isinstance(node, ast.Assign)]
        found = [name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names]
        assert sorted(found) == sorted(ast.literal_eval(names))
        assert all(isinstance(node, (ast.Expr, ast.ImportFrom, ast.Assign)) for node in tree.body)
    else:
        assert path.read_bytes() == b""


def test_a_look_needs_torch_and_numpy_alone_until_it_draws():
    for place in (PROBES, LOOK):
        for path in (SRC / "whybn" / place.rpartition(".")[2]).glob("*.py"):
            names = SOURCES.file(path).imports
            assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, "torch", "numpy", "whybn"}
            assert path.name == "pictures.py" or not any(within(name, DRAWING) for name in names)


def test_the_pipeline_names_no_backend_of_joblib():
    for path in (SRC / "whybn" / "pipeline").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                assert "backend" not in {keyword.arg for keyword in node.keywords}


def test_only_packages_and_the_command_line_stand_at_the_top():
    assert {path.name for path in (SRC / "whybn").glob("*.py")} == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("path", sorted((ROOT / "figures").rglob("*.py")), ids=lambda path: path.stem)
def test_a_figure_lies_in_the_folder_of_its_experiment(path):
    assert path.parent.name == SOURCES.file(path).literals["EXPERIMENTS"][0]
