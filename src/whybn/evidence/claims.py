"""Claims: a sentence, the values it rests on, one per seed, and the verdict that follows from them.

The verdict has one rule for all claims: where the displayed interval of the values lies. A setting is `supported` when
all of it lies beyond the margin, `inconclusive` when it holds the margin, `reversed_here` when it lies beyond the mirror of
the margin, and `not_seen_here` elsewhere on the other side. A claim over several settings has their common verdict; it
is `mixed` when they differ. The sentence for `mixed` names the pattern of verdicts that it tells, and is quoted for no
other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from whybn.evidence.display import agreed, read
from whybn.readings.definitions import Interval, interval

# «_here», as «reversed» alone is a word of Liquid's own
SUPPORTED, NOT_SEEN, REVERSED, MIXED, INCONCLUSIVE = (
    "supported",
    "not_seen_here",
    "reversed_here",
    "mixed",
    "inconclusive",
)
VERDICT_WORDS = {
    SUPPORTED: "supported",
    NOT_SEEN: "not seen here",
    REVERSED: "reversed here",
    MIXED: "mixed",
    INCONCLUSIVE: "inconclusive",
}
SOME_AT_MOST = (NOT_SEEN, REVERSED, INCONCLUSIVE)  # what a sentence may leave open: anything but support
SOME_AT_LEAST = (SUPPORTED, INCONCLUSIVE)  # or anything but its lack
ANY = (*SOME_AT_MOST, SUPPORTED)  # where it does not tell of the setting
# Who said it first, where that was this article, in predictions.yml; and what the scope adds where it had been seen by then.
PREDICTED = "this article, before this experiment was run"
PROBED = "width 32 had been seen before, in a planning probe with other code, and is a repetition"
ONLY = ""  # the name of the setting of a claim that has just one
# Which explanation predicts what a claim says. Each article lists its own, in the order of its table of verdicts.
ADVANTAGE, SHIFT, SMOOTHNESS, SCALE, DEPTH, NOISE, LIMIT = (
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

    says: the proposition, without full stop. origin: who predicted or claimed that very proposition; a work has its
    `short` name in literature.yml, and who claimed the opposite is named as such. explanation: where it
    stands in the table of verdicts.
    sentences: for each verdict that the article may quote, the sentence, in which {value}, {low} and {high} stand for
    the displayed median and interval, and {value_NAME} and {verdict_NAME} for the median and the verdict of setting NAME.
    A sentence that is true whatever came out stands for all verdicts; pages quote it as `sentence`. below: the claim holds
    where values lie below the margin instead of above it. show: how a value is displayed, with its unit, to so many digits.
    pattern: of which verdict of each setting the sentence for `mixed` speaks; a tuple where it leaves open which.
    changed: what was changed of margin or settings after a look at the data, empty where nothing was.

    neutral: the value that speaks for neither side, 1 for a ratio and 0 for a difference; it says where the opposite of
    the claim begins (`mirror`). None for a mere bound («at most 1.5 times»), which has no opposite.

    Raises ValueError for a value that is not a number, for a margin that lies on the other side of `neutral`, and for a
    sentence for `mixed` without its pattern, or a pattern without its sentence or for other settings.
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
    neutral: float | None
    sentences: Mapping[str, str]
    show: Callable[[float, int], str]
    digits: int = 2
    below: bool = False
    explanation: str = ADVANTAGE
    pattern: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    changed: str = ""

    def __post_init__(self) -> None:
        expected = list(self.values) if MIXED in self.sentences else []
        if list(self.pattern) != expected:
            found = list(self.pattern)
            raise ValueError(f"claim {self.id}: the pattern has settings {found}; its sentence tells of {expected}")
        for setting, values in self.values.items():
            missing = [str(place) for place in np.flatnonzero(np.isnan(values))]
            if missing:
                raise ValueError(
                    f"claim {self._named(setting)}: no number in place {', '.join(missing)} of {len(values)}, hence no "
                    "verdict; let a network that diverged count as infinite, or as guessing, and say so in the scope"
                )
        if self.neutral is not None and self._side(self.margin, self.neutral) < 0:
            raise ValueError(
                f"claim {self.id}: its margin, {self._margin_in_words()}, lies on the other side of neutral, "
                f"{self._shown(self.neutral)}; correct one of them, or let neutral be None where the claim is a bound"
            )

    @property
    def mirror(self) -> float | None:
        """Where the opposite of the claim begins: as far from neutral as the margin, on the other side; None for a bound."""
        if self.neutral is None:
            return None
        return 1 / self.margin if self.neutral == 1 else 2 * self.neutral - self.margin

    @property
    def verdict(self) -> str:
        """The verdict over all settings."""
        each = set(self.verdicts.values())
        return each.pop() if len(each) == 1 else MIXED

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each setting."""
        return {name: self._verdict_of(interval(values)) for name, values in self.values.items()}

    def _verdict_of(self, found: Interval) -> str:
        """Judge the interval as displayed, so that a reader who checks the ledger by hand agrees."""
        past_margin = [self._side(end, self.margin) for end in (found.low, found.high)]
        if min(past_margin) > 0:
            return SUPPORTED
        if max(past_margin) >= 0:
            return INCONCLUSIVE
        opposite = self.mirror is not None and max(self._side(end, self.mirror) for end in (found.low, found.high)) < 0
        return REVERSED if opposite else NOT_SEEN

    def _side(self, value: float, mark: float) -> float:
        """How far a value lies from a mark, both as displayed; positive in the direction of the claim."""
        distance = read(self._shown(value)) - read(self._shown(mark))
        return -distance if self.below else distance

    def _shown(self, value: float) -> str:
        return self.show(value, self.digits)

    def _named(self, setting: str) -> str:
        return f"{self.id}, setting {setting}" if setting else self.id

    def _margin_in_words(self) -> str:
        return f"{'below' if self.below else 'above'} {self._shown(self.margin)}"

    def _mirror_in_words(self) -> str:
        return "" if self.mirror is None else f"{'above' if self.below else 'below'} {self._shown(self.mirror)}"

    def _clear(self, values: Values) -> str:
        """How many seeds clear the margin, as displayed."""
        return f"{sum(self._side(value, self.margin) > 0 for value in values)} of {len(values)} seeds"

    def _places(self) -> dict[str, list[str]]:
        """Where to draw each seed between 0 and 100: the margin at 50, what clears it beyond, the farthest at the end.

        Distances are those of the displayed numbers; logarithmic where all are positive and the claim is about a ratio.
        All settings share one scale. What is infinite lies at the end.
        """

        def on_scale(value: float) -> float:
            shown = read(self._shown(value))
            return np.log(shown) if ratio else shown

        ratio = self.neutral == 1 and min(read(self._shown(one)) for row in self.values.values() for one in row) > 0
        margin = on_scale(self.margin)
        away = {
            name: np.array([on_scale(value) - margin for value in row]) * (-1 if self.below else 1)
            for name, row in self.values.items()
        }
        finite = [abs(one) for row in away.values() for one in row if np.isfinite(one)]
        widest = max(finite, default=0) or 1
        return {name: [f"{50 + 50 * np.clip(one / widest, -1, 1):.0f}" for one in row] for name, row in away.items()}

    def to_json(self, others: Sequence[Mapping[str, Values]] = ()) -> dict[str, Any]:
        """Display strings, as the article and the ledger read them.

        others: the values at other seeds, by setting. The sentence shows the digits on which all sets agree; the ledger
        shows what these seeds gave, by which they are judged.
        """
        sentence = self._sentence(others)
        found = {name: interval(values) for name, values in self.values.items()}
        return {
            "id": self.id,
            "says": self.says,
            "explanation": self.explanation,
            "origin": self.origin,
            "experiment": self.experiment,
            "figure": self.figure,
            "quantity": self.quantity,
            "scope": self.scope,
            "changed": self.changed,
            "value": _listed({name: self._shown(one.median) for name, one in found.items()}),
            "interval": _listed({name: f"{self._shown(one.low)} to {self._shown(one.high)}" for name, one in found.items()}),
            "clear": _listed({name: self._clear(values) for name, values in self.values.items()}),
            "places": self._places(),
            "seeds": [_listed({name: self._shown(value)}) for name, row in self.values.items() for value in row],
            "margin": self._margin_in_words(),
            "mirror": self._mirror_in_words(),
            "verdict": self.verdict,
            "verdict_words": VERDICT_WORDS[self.verdict],
            "verdicts": self.verdicts,
            "sentence": sentence,
            # What a page quotes: nothing where the settings differ in another way than the sentence tells.
            **({} if self._differs() else {self.verdict: sentence}),
        }

    def _differs(self) -> bool:
        if self.verdict != MIXED or not self.pattern:
            return self.verdict == MIXED
        told = {name: (one,) if isinstance(one, str) else one for name, one in self.pattern.items()}
        return any(verdict not in told[name] for name, verdict in self.verdicts.items())

    def _sentence(self, others: Sequence[Mapping[str, Values]]) -> str:
        template = self.sentences.get(self.verdict)
        if template is None or self._differs():  # nobody expected this: the ledger alone says so
            template = f"{self.says}: {VERDICT_WORDS[self.verdict]}."
        values = {
            name: agreed(self.show, self.digits, [row, *(other[name] for other in others)])
            for name, row in self.values.items()
        }
        first = next(iter(self.values))
        found = interval(self.values[first])
        fields = {"value": values[first], "low": self._shown(found.low), "high": self._shown(found.high)}
        named = {f"value_{name}": shown for name, shown in values.items()}
        judged = {f"verdict_{name}": VERDICT_WORDS[verdict] for name, verdict in self.verdicts.items()}
        return template.format(**fields, **named, **judged)


def _listed(by_setting: Mapping[str, str]) -> str:
    """Display strings in a row, each with the name of its setting where it has one."""
    return ", ".join(f"{shown} ({name})" if name else shown for name, shown in by_setting.items())


def per_seed(values: Values) -> dict[str, Values]:
    """The values of a claim with one setting."""
    return {ONLY: np.asarray(values, dtype=float)}
