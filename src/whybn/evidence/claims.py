"""Claims: a sentence, the values it rests on, one per seed, and the verdict that follows from them.

The verdict has one rule for all claims. A setting is `supported` when all seeds clear the margin, `not_seen_here`
when none does, `inconclusive` otherwise. A claim over several settings has their common verdict; it is `mixed` when
they differ. The sentence for `mixed` names the pattern of verdicts that it tells, and is quoted for no other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from whybn.readings.definitions import Interval, interval

SUPPORTED, NOT_SEEN, MIXED, INCONCLUSIVE = "supported", "not_seen_here", "mixed", "inconclusive"
VERDICT_WORDS = {
    SUPPORTED: "supported",
    NOT_SEEN: "not seen here",
    MIXED: "mixed",
    INCONCLUSIVE: "inconclusive",
}
SOME_AT_MOST = (NOT_SEEN, INCONCLUSIVE)  # what a sentence may leave open: not all seeds clear the margin
SOME_AT_LEAST = (SUPPORTED, INCONCLUSIVE)
ONLY = ""  # the name of the setting of a claim that has just one
# Which explanation predicts what a claim says; the table of verdicts is in this order.
EXPLANATIONS = ADVANTAGE, SHIFT, SMOOTHNESS, SCALE, DEPTH, NOISE, LIMIT = (
    "What it buys",
    "Shift",
    "Smoothness",
    "Scale",
    "Depth",
    "Noise",
    "Limits",
)

Values = Float[np.ndarray, "seed"]


@dataclass(frozen=True)
class Claim:
    """One claim. Its values come from paired seeds, one array per setting (one setting, `ONLY`, for most claims).

    says: the proposition, without full stop. explanation: one of EXPLANATIONS. sentences: for each verdict that the
    article may quote, the sentence, in which {value}, {low} and {high} stand for the displayed median and interval,
    and {value_NAME} for those of setting NAME. below: the claim holds where values lie below the margin instead of
    above it. show: how a value is displayed, with its unit. pattern: of which verdict of each setting the sentence for
    `mixed` speaks; a tuple where it leaves open which.

    Raises ValueError for such a sentence without its pattern, or a pattern without its sentence or for other settings.
    """

    id: str
    says: str
    origin: str
    experiment: str
    figure: str
    quantity: str
    scope: str
    values: Mapping[str, Values]
    margin: float
    sentences: Mapping[str, str]
    show: Callable[[float], str]
    below: bool = False
    explanation: str = ADVANTAGE
    pattern: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expected = list(self.values) if MIXED in self.sentences else []
        if list(self.pattern) != expected:
            found = list(self.pattern)
            raise ValueError(f"claim {self.id}: the pattern has settings {found}; its sentence tells of {expected}")

    @property
    def verdict(self) -> str:
        """The verdict over all settings."""
        each = set(self.verdicts.values())
        return each.pop() if len(each) == 1 else MIXED

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each setting."""
        return {name: self._verdict_of(values) for name, values in self.values.items()}

    def _verdict_of(self, values: Values) -> str:
        clears = values < self.margin if self.below else values > self.margin
        return SUPPORTED if clears.all() else INCONCLUSIVE if clears.any() else NOT_SEEN

    def to_json(self) -> dict[str, str | list[str] | dict[str, str]]:
        """Display strings, as the article and the ledger read them."""
        settings = {name: interval(values) for name, values in self.values.items()}
        suffix = {name: f" ({name})" if name else "" for name in settings}
        side = "below" if self.below else "above"
        return {
            "id": self.id,
            "says": self.says,
            "explanation": self.explanation,
            "origin": self.origin,
            "experiment": self.experiment,
            "figure": self.figure,
            "quantity": self.quantity,
            "scope": self.scope,
            "value": ", ".join(self.show(one.median) + suffix[name] for name, one in settings.items()),
            "interval": ", ".join(
                f"{self.show(one.low)} to {self.show(one.high)}{suffix[name]}" for name, one in settings.items()
            ),
            "seeds": [self.show(value) + suffix[name] for name, row in self.values.items() for value in row],
            "margin": f"{side} {self.show(self.margin)}",
            "verdict": self.verdict,
            "verdict_words": VERDICT_WORDS[self.verdict],
            "verdicts": self.verdicts,
            "sentence": self._sentence(settings),
            # What a page quotes: nothing where the settings differ in another way than the sentence tells.
            **({} if self._differs() else {self.verdict: self._sentence(settings)}),
        }

    def _differs(self) -> bool:
        if self.verdict != MIXED or not self.pattern:
            return self.verdict == MIXED
        told = {name: (one,) if isinstance(one, str) else one for name, one in self.pattern.items()}
        return any(verdict not in told[name] for name, verdict in self.verdicts.items())

    def _sentence(self, settings: dict[str, Interval]) -> str:
        template = self.sentences.get(self.verdict)
        if template is None or self._differs():  # nobody expected this: the ledger alone says so
            template = f"{self.says}: {VERDICT_WORDS[self.verdict]}."
        first = next(iter(settings.values()))
        fields = {"value": first.median, "low": first.low, "high": first.high}
        fields |= {f"value_{name}": one.median for name, one in settings.items()}
        return template.format(**{name: self.show(value) for name, value in fields.items()})


def per_seed(values: Values) -> dict[str, Values]:
    """The values of a claim with one setting."""
    return {ONLY: np.asarray(values, dtype=float)}
