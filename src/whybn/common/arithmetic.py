"""Which of two passes computes the trainings: the one that numba compiles, or the reference in plain PyTorch.

The two agree to rounding error only, so the keys of results name the one that made them. Nothing is imported here
to find out: the pipeline asks even where it has nothing to do.
"""

import os
from importlib import metadata

VARIABLE = "WHYBN_ARITHMETIC"
COMPILED, REFERENCE = "compiled", "reference"


def name() -> str:
    """Return ``compiled (numba X, llvmlite Y)`` or ``reference``.

    Compiled where numba is installed, unless the environment variable asks for the reference. Raises ValueError
    where the variable has another value, or asks for what is not installed.
    """
    asked = os.environ.get(VARIABLE)
    if asked not in {None, COMPILED, REFERENCE}:
        raise ValueError(f"{VARIABLE} must be '{COMPILED}' or '{REFERENCE}', not '{asked}'")
    if asked == REFERENCE:
        return REFERENCE
    try:
        return f"{COMPILED} (numba {metadata.version('numba')}, llvmlite {metadata.version('llvmlite')})"
    except metadata.PackageNotFoundError as error:
        if asked == COMPILED:
            message = f"{VARIABLE} is '{COMPILED}', but {error.name} is not installed: pip install -r requirements.txt"
            raise ValueError(message) from None
        return REFERENCE
