"""What the store need not keep: results of code that is gone, but for the last few versions (one may change branch)."""

from collections import defaultdict
from pathlib import Path

from whybn.pipeline.project import Project
from whybn.pipeline.store import Address, Store

VERSIONS = 3  # of each part, beside the one that is in use


def prune(project: Project, store: Store, used: list[Address]) -> None:
    """Remove all but the results in use and the latest others of each part and size, and say how many."""
    in_use = {store.arrays_path(address) for address in used}
    versions: dict[tuple[str, ...], list[Path]] = defaultdict(list)
    for arrays in project.results.glob("*/*.*.*.npz"):
        part, variant, _, _ = arrays.name.split(".")
        if arrays not in in_use and arrays.is_file():
            versions[arrays.parent.name, part, variant].append(arrays)
    old = [arrays for found in versions.values() for arrays in sorted(found, key=_made)[:-VERSIONS]]
    size = sum(arrays.stat().st_size for arrays in old)
    for arrays in old:
        arrays.with_suffix(".json").unlink(missing_ok=True)
        arrays.unlink()
    if old:
        print(f"removed {len(old)} results of earlier versions from {project.place(project.results)} ({size / 1e6:.1f} MB)")


def _made(arrays: Path) -> tuple[int, str]:
    return arrays.stat().st_mtime_ns, arrays.name
