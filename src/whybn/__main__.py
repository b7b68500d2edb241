"""``python -m whybn``: compute results and draw figures."""

import sys
from pathlib import Path

from whybn.pipeline.cli import main
from whybn.pipeline.project import Project

ROOT = Path(__file__).resolve().parents[2]


def misplaced(root: Path, here: Path) -> str | None:
    """Return what to say where the command runs in another checkout than its code lies in, as with a copied environment."""
    checkouts = (folder for folder in (here, *here.parents) if (folder / "src" / "whybn" / "__main__.py").is_file())
    other = next(checkouts, root)
    return (
        None if other == root else f"this environment works on {root}, not on {other}; run make in {other}, which mends it"
    )


if __name__ == "__main__":
    wrong = misplaced(ROOT, Path.cwd().resolve())
    sys.exit(f"error: {wrong}" if wrong else main(Project(ROOT), sys.argv[1:]))
