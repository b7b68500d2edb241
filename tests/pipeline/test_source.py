"""What is read from sources without importing them."""

import pytest

from whybn.pipeline.closure import Sources
from whybn.pipeline.errors import PipelineError
from whybn.pipeline.progress import spoken
from whybn.pipeline.tasks import display


@pytest.fixture
def write(tmp_path):
    def put(name, text=""):
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return put


def members(tmp_path, path):
    src = tmp_path / "src"
    return [member.relative_to(src).as_posix() for member in Sources(src).closure(path)]


@pytest.mark.parametrize(
    "statement",
    [
        "import p.lab.data",
        "import p.lab.data as d",
        "from p.lab import data",
        "from p.lab.data import load",
        "from ..lab import data",
        "from ..lab.data import load",
        "def late():\n    from p.lab.data import load",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.lab.data",
        "try:\n    import numpy\nexcept ImportError:\n    import p.lab.data",
    ],
)
def test_closure_follows_every_kind_of_import(tmp_path, write, statement):
    for name in ("p/__init__.py", "p/lab/__init__.py", "p/lab/other.py", "p/work/__init__.py"):
        write(name)
    write("p/lab/data.py", "from p.lab.deep import x\n")
    write("p/lab/deep.py", "import p.work.one\nimport os, numpy\n")
    path = write("p/work/one.py", statement)
    expected = {"p/__init__.py", "p/lab/__init__.py", "p/lab/data.py", "p/lab/deep.py", "p/work/one.py"}
    assert expected <= set(members(tmp_path, path)) <= expected | {"p/work/__init__.py"}


def test_a_folder_that_becomes_a_module_changes_the_digest(tmp_path, write):
    path = write("p/one.py", "from p import two")
    write("p/__init__.py")
    before = Sources(tmp_path / "src").digest(path)
    write("p/two.py")
    assert Sources(tmp_path / "src").digest(path) != before


def test_the_digest_does_not_depend_on_where_the_project_lies(tmp_path):
    digests = set()
    for place in ("here", "there/deeper"):
        path = tmp_path / place / "src" / "p" / "one.py"
        path.parent.mkdir(parents=True)
        path.write_text("x = 1")
        digests.add(Sources(tmp_path / place / "src").digest(path))
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("x = 1", "x = 1  # one", True),
        ("def f():\n    'a'\n    return 1", "def f():\n    'b'\n\n    return (1)", True),
        ("class A:\n    'a'\n    x: int = 1\n    'its doc'", "class A:\n    x: int = 1", True),
        ("BUDGET = 1\nx = 1", "BUDGET: float = 2.5\nx = 1", True),
        ("x = 'a'", "x = 'b'", False),
        ("x = 1", "x = 1.0", False),
        ("x = -0.0", "x = 0.0", False),
        ("def f():\n    BUDGET = 1\n    return BUDGET", "def f():\n    BUDGET = 2\n    return BUDGET", False),
        ("PARTS = ('a',)", "PARTS = ('a', 'b')", False),
    ],
)
def test_the_digest_sees_code_and_not_words(tmp_path, write, text, other, same):
    first = Sources(tmp_path / "src").digest(write("p/one.py", text))
    second = Sources(tmp_path / "src").digest(write("p/one.py", other))
    assert (first == second) is same


def test_the_closure_follows_every_package_of_the_repository(tmp_path, write):
    write("q/lab.py", "import p.two, numpy, r\n")
    write("p/two.py")
    write("r.py")
    assert members(tmp_path, write("p/one.py", "from q.lab import x")) == ["p/one.py", "p/two.py", "q/lab.py", "r.py"]


@pytest.mark.parametrize(
    ("named", "file"),
    [
        ("'heights.txt'", "heights.txt"),
        ("'heights'", "heights"),
        ("'the heights'", "the heights"),
        ("'data/heights'", "data/heights"),
        ("'data', 'heights'", "data/heights"),
        ("'data'", "data/deep/er/heights.txt"),
        ("'../heights'", "../heights"),
    ],
)
def test_data_that_a_module_names_counts(tmp_path, write, named, file):
    path = write("p/one.py", f"open(Path(__file__).parent.joinpath({named}))")
    digests = set()
    for text in ("1", "2", ""):
        write(f"p/{file}", text)
        write("p/other", text)
        digests.add(Sources(tmp_path / "src").digest(path))
    assert len(digests) == 3
    write("p/other", "changed")
    write("p/__pycache__/one.pyc", "changed")
    write("q/data/heights", "changed")
    assert Sources(tmp_path / "src").digest(path) in digests


@pytest.mark.parametrize("named", ["..", ".", "../..", "data/..", "__pycache__"])
def test_a_string_is_no_folder_that_holds_the_module_or_its_bytecode(tmp_path, write, named):
    path = write("p/one.py", f"x = {named!r}")
    write("p/data/x")
    before = Sources(tmp_path / "src").digest(path)
    for name in ("p/other", "other", "p/__pycache__/one.pyc"):
        write(name, "x")
    assert Sources(tmp_path / "src").digest(path) == before


@pytest.mark.parametrize(
    "text",
    [
        "import importlib\nimportlib.import_module('p.two')",
        "from importlib import import_module\nimport_module('p.two')",
        "import importlib as i\nx = getattr(i, 'import_module')",
        "\n__import__('p.two')",
        "import builtins\nbuiltins.__import__('p.two')",
        "import builtins\nbuiltins.exec('import p.two')",
        "\nexec('import p.two')",
        "def f():\n    return eval('__import__')('p.two')",
        "import runpy\nrunpy.run_module('p.two')",
        "import importlib.util\nimportlib.util.spec_from_file_location('two', 'two.py')",
    ],
)
def test_modules_loaded_by_name_are_refused_with_file_and_line(tmp_path, write, text):
    path = write("p/one.py", "from p.hidden import x")
    hidden = write("p/hidden.py", text)
    with pytest.raises(PipelineError, match=r"/p/hidden\.py, line [12]: \w+ hides what it depends on; write an import"):
        Sources(tmp_path / "src").digest(path)
    memo = Sources(tmp_path / "src")
    memo.file(path), memo.file(hidden)
    with pytest.raises(PipelineError, match="hides what it depends on"):
        Sources(tmp_path / "src", memo.memo()).digest(path)


def test_what_only_looks_like_loading_by_name_is_not_refused(tmp_path, write):
    text = "import importlib.metadata\n'exec and import_module'\nnetwork.eval()  # __import__\nversion = 'eval'"
    Sources(tmp_path / "src").digest(write("p/one.py", text))


def test_the_memo_spares_parsing_and_is_never_out_of_date(tmp_path, write, monkeypatch):
    path = write("p/one.py", "x = 1")
    src = tmp_path / "src"
    first = Sources(src)
    digest, memo = first.digest(path), first.memo()
    with monkeypatch.context() as patch:
        patch.setattr("whybn.pipeline.closure.read_source", lambda *_: pytest.fail("parsed again"))
        assert Sources(src, memo).digest(path) == digest
    other = write("p/one.py", "x = 2")
    assert Sources(src, memo).digest(other) == Sources(src).digest(other) != digest
    stale = {**memo, "reader": "another Python"}
    assert Sources(src, stale).digest(other) == Sources(src).digest(other)


def test_literals_notes_and_docstring(tmp_path, write):
    path = write(
        "p/one.py",
        '"""Title,\nmore."""\nPARTS = ("a", "b")\nBUDGET: int = 3\nclass Settings:\n'
        "    rate: float = 0.1  # per step\n    name: str = 'x'\n",
    )
    source = Sources(tmp_path / "src").file(path)
    assert source.literals == {"PARTS": ["a", "b"], "BUDGET": 3}
    assert source.notes == {"rate": "per step"}
    assert source.doc == "Title,\nmore."


def test_what_is_no_python_is_named_with_its_line(tmp_path, write):
    path = write("p/one.py", "x = 1\ndef (\n")
    with pytest.raises(PipelineError, match=r"one\.py, line 2: "):
        Sources(tmp_path / "src").file(path)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (0.1, "0.1"),
        (1e-5, "1e-05"),
        ((1, 2.5), "1, 2.5"),
        ("sgd", "sgd"),
        (None, "None"),
        (True, "True"),
    ],
)
def test_settings_are_shown_as_a_reader_writes_them(value, text):
    assert display(value) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (130, "2 min 10 s")])
def test_durations_as_spoken(seconds, text):
    assert spoken(seconds) == text
