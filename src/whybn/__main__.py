"""``python -m whybn``: compute results and draw figures."""

import sys
from pathlib import Path

from whybn.pipeline.cli import main
from whybn.pipeline.project import Project

if __name__ == "__main__":
    sys.exit(main(Project(Path(__file__).resolve().parents[2]), sys.argv[1:]))
