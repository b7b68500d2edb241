"""Where the matrix product of a BLAS stands, for compiled loops to call without a way through Python.

For small matrices the way there costs more than the product. numpy's own BLAS is taken where it is an OpenBLAS, as it is
newer than scipy's, and then the products are those that numpy computes; else scipy's, which says officially where it is.
"""

import ctypes
from functools import cache

import numpy as np
import threadpoolctl

# By number, and the names that builds of OpenBLAS give it: numpy's wheels, others.
NAMES = {"float32": "sgemm", "float64": "dgemm"}
FORMS = ("scipy_{}_64_", "{}_64_")


@cache
def product(number: str) -> int:
    """The address of the matrix product of "float32" or "float64" numbers, called as in Fortran."""
    for library in threadpoolctl.ThreadpoolController().lib_controllers:
        for form in FORMS if library.internal_api == "openblas" else ():
            found = getattr(library.dynlib, form.format(NAMES[number]), None)
            if found is not None:
                return ctypes.cast(found, ctypes.c_void_p).value or 0
    from numba.extending import get_cython_function_address  # noqa: PLC0415 - the reference does without numba

    return get_cython_function_address("scipy.linalg.cython_blas", NAMES[number])


@cache
def tools(number: str) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """What `compiled.descend` takes of a BLAS: see `compiled._multiply`."""
    return product(number), np.array(bytearray(b"nt")), np.array([1, 0], number), np.empty(5, np.int64)
