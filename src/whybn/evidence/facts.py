"""Facts: numbers that the article quotes, and that assert nothing beyond what was measured.

A findings module gives a fact as a `Fact` where it was measured, and as a plain string where it is a setting or a count
of these very seeds. A `Fact` is compared with other seeds, and displayed to the digits on which they agree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from whybn.evidence.display import agreed, number


@dataclass(frozen=True)
class Fact:
    """A measured number.

    values: one per seed, or a single number where no seed has its own. show: how a value is displayed, with its unit, to
    so many digits. digits: how many are displayed where all sets of seeds agree on them. summary: what makes one number
    of the values.
    """

    values: Float[np.ndarray, "seed"] | float
    show: Callable[[float, int], str] = number
    digits: int = 2
    summary: Callable[[Float[np.ndarray, "seed"]], float] = np.median

    @property
    def row(self) -> Float[np.ndarray, "_"]:
        """The values, as an array also where there is but one."""
        return np.atleast_1d(np.asarray(self.values, dtype=float))

    def displayed(self, others: Sequence[Float[np.ndarray, "_"]] = ()) -> str:
        """The number as the article shows it, given the values at other seeds."""
        return agreed(self.show, self.digits, [self.row, *others], self.summary)
