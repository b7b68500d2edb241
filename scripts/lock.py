"""Write ``requirements.lock``: the pins of ``requirements.txt``, each with the hashes of all files of that release.

    python scripts/lock.py [WHEEL ...]

uv, which has to be installed, asks the package index, which knows the files of every platform. A WHEEL is a file of
another source whose hash is added, such as a build of PyTorch for the processor alone.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# The pins of requirements.txt with the hashes of all files of each release, by scripts/lock.py; `make` installs these.
"""
COMPILE = ("uv", "pip", "compile", "--quiet", "--no-deps", "--universal", "--python-version", "3.11.5")
AS_IT_STANDS = ("--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links")


def hashes_of_index() -> dict[str, set[str]]:
    """Return for each pin, such as ``numpy==2.4.6``, the SHA-256 of every file that the index has of it."""
    command = [*COMPILE, *AS_IT_STANDS, str(ROOT / "requirements.txt")]
    asked = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - nothing comes from outside
    found: dict[str, set[str]] = {}
    for entry in asked.stdout.replace("\\\n", " ").splitlines():
        pin, *hashes = entry.split()
        found[pin] = {one.removeprefix("--hash=sha256:") for one in hashes}
    return found


def pin_of(wheel: Path) -> str:
    """Return the pin that a wheel satisfies: that of its public version, without what names a build (``+cpu``)."""
    name, version = wheel.name.split("-")[:2]
    return f"{name.replace('_', '-').lower()}=={version.partition('+')[0]}"


def main(wheels: list[str]) -> None:
    """Write the lock; raise KeyError where a wheel fits no pin."""
    found = hashes_of_index()
    for wheel in map(Path, wheels):
        found[pin_of(wheel)].add(hashlib.sha256(wheel.read_bytes()).hexdigest())
    entries = [" \\\n    ".join([pin, *(f"--hash=sha256:{one}" for one in sorted(found[pin]))]) for pin in sorted(found)]
    (ROOT / "requirements.lock").write_text(HEAD + "\n".join(entries) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
