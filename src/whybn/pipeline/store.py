"""Results on disk: one file of arrays for each part of an experiment, and a sidecar that vouches for it."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whybn.pipeline.errors import DamagedError, PipelineError
from whybn.pipeline.files import checksum, make_way, read_sealed, write_bytes, write_sealed

if TYPE_CHECKING:
    import numpy as np

KNOWN = ("key", "sha256", "core_seconds", "date", "settings")  # of every result, in its sidecar
MISSING, DAMAGED, PRESENT = "missing", "damaged", "present"


@dataclass(frozen=True)
class Address:
    """One part's result; ``key`` stands for all that it depends on."""

    experiment: str
    part: str
    variant: str
    key: str


class Store:
    """The folder of results.

    The arrays are a pure function of the key, whatever computed them; seconds and dates live in the sidecar.
    The sidecar is written last: arrays without one are taken for missing.
    """

    def __init__(self, folder: Path) -> None:
        """``folder`` need not exist yet."""
        self.folder = folder

    def arrays_path(self, address: Address) -> Path:
        """Where the arrays of a result lie."""
        return self.folder / address.experiment / f"{address.part}.{address.variant}.{address.key[:16]}.npz"

    def sidecar(self, address: Address) -> dict[str, Any] | None:
        """Return what is known of a stored result, None where it is missing; raise DamagedError where that is damaged."""
        known = read_sealed(self.arrays_path(address).with_suffix(".json"), KNOWN)
        return known if known and known.get("key") == address.key else None

    def state(self, address: Address) -> str:
        """Return MISSING, DAMAGED or PRESENT."""
        try:
            known = self.sidecar(address)
        except DamagedError:
            return DAMAGED
        if known is None:
            return MISSING
        return DAMAGED if self._verified(address, known) is None else PRESENT

    def read(self, address: Address) -> "dict[str, np.ndarray]":
        """Return the arrays; raise PipelineError where they are missing or damaged."""
        import numpy as np

        known = self.sidecar(address)
        data = self._verified(address, known) if known else None
        if data is None:
            raise PipelineError(f"the stored result {self.arrays_path(address)} is missing or damaged; run again")
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return dict(archive)

    def write(self, address: Address, arrays: "dict[str, np.ndarray]", about: dict[str, Any]) -> None:
        """Store a result with what is known of its making."""
        data = packed(arrays)
        path = self.arrays_path(address)
        make_way(path)
        write_bytes(path, data)
        write_sealed(path.with_suffix(".json"), {"key": address.key, "sha256": checksum(data), **about})

    def _verified(self, address: Address, known: dict[str, Any]) -> bytes | None:
        try:
            data = self.arrays_path(address).read_bytes()
        except OSError:
            return None
        return data if checksum(data) == known["sha256"] else None


def packed(arrays: "dict[str, np.ndarray]") -> bytes:
    """Return arrays as the bytes of an npz file: the same bytes for the same arrays, whatever their order."""
    import numpy as np

    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(sorted(arrays.items())))
    return buffer.getvalue()
