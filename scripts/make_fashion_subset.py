"""Make src/whybn/lab/fashion.npz from Fashion-MNIST, as Debian's package dataset-fashion-mnist installs it.

The first 500 training images of each of the ten classes, each block of 2 x 2 pixels averaged: 5,000 images of 14 x 14.
Run it as `python scripts/make_fashion_subset.py`; the file comes out the same, byte for byte, and its digest is
printed.
"""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

from whybn.lab.data import fashion_mnist

TARGET = Path(__file__).resolve().parents[1] / "src" / "whybn" / "lab" / "fashion.npz"
PER_CLASS = 500


def main() -> None:
    """Write the subset and print its digest."""
    images, labels = fashion_mnist("train")
    chosen = np.sort(np.concatenate([np.flatnonzero(labels == label)[:PER_CLASS] for label in range(10)]))
    with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in {"images": images[chosen], "labels": labels[chosen]}.items():
            file = io.BytesIO()
            np.save(file, array)
            entry = zipfile.ZipInfo(f"{name}.npy")  # dated 1980: the same bytes at every run
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.getvalue())
    print(TARGET, TARGET.stat().st_size, "bytes, SHA-256", hashlib.sha256(TARGET.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
