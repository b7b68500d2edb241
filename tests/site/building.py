"""Small sites built as the real one is, by MkDocs and by Jekyll."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# One pixel, for posts that show pictures.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "0500017a5eab3f0000000049454e44ae426082"
)


# What a shell or the continuous integration may have set for its own builds.
SET_FOR_OTHERS = {"JEKYLL_LENIENT", "WHYBN_SITE_URL"}


def run_python(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in `folder`, as a reader's shell would."""
    quiet = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    inherited = {key: value for key, value in os.environ.items() if key not in SET_FOR_OTHERS}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={**inherited, **quiet, **environment},
    )  # fmt: skip


def run_mkdocs(folder: Path, target: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run MkDocs, strictly."""
    return run_python(folder, "-m", "mkdocs", "build", "--strict", "--site-dir", str(target), **environment)


def build(folder: Path, target: Path, **environment: str) -> Path:
    """Run MkDocs and finish what it built, as `make site` does; return its folder."""
    done = run_mkdocs(folder, target, **environment)
    assert done.returncode == 0, done.stderr
    for module in ("whybn.drawing.card", "whybn.site.finish"):
        done = run_python(folder, "-m", module, str(target), **environment)
        assert done.returncode == 0, done.stderr
    return target


def jekyll(executable: str, docs: Path, target: Path) -> Path:
    """Run `jekyll build --source docs`; its cache stays out of the folder."""
    command = [
        executable,
        "build",
        "--source",
        docs,
        "--destination",
        target,
        "--quiet",
        "--disable-disk-cache",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=target.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


class Site:
    """A copy of the settings with pages of its own; `mkdocs()` and `jekyll()` build and return a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.docs = folder, folder / "docs"
        self.docs.mkdir(parents=True)
        settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
        before, nav = settings.split("nav:\n")
        while nav.startswith("  - "):
            nav = nav.split("\n", 1)[1]
        (folder / "mkdocs.yml").write_text(before + nav, encoding="utf-8")
        shutil.copytree(ROOT / "overrides", folder / "overrides")
        for name in ("_config.yml", "_layouts", "_plugins", "assets/css", "assets/js", "assets/fonts", "assets/icon.svg"):
            source, target = ROOT / "docs" / name, self.docs / name
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy(source, target)

    def page(self, name: str, text: str) -> None:
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def picture(self, name: str) -> None:
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG)

    def run_mkdocs(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return run_mkdocs(self.folder, self.folder / "site", **environment)

    def run_finish(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Finish what MkDocs has built."""
        return run_python(self.folder, "-m", "whybn.site.finish", "site", **environment)

    def python(self, script: str) -> subprocess.CompletedProcess[str]:
        return run_python(self.folder, "-c", script)

    def mkdocs(self) -> Path:
        done = self.run_mkdocs()
        assert done.returncode == 0, done.stderr
        return self.folder / "site"

    def jekyll(self, program) -> Path:
        return jekyll(program("jekyll"), self.docs, self.folder / "jekyll")
