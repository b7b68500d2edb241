"""The arms that many experiments compare, by name. An arm that one experiment uses is written there, as data.

A new entry here changes every experiment's key, and trains everything anew.
"""

from math import inf

from whybn.lab.normalisers import Arm, Mean, Normaliser, Size

FROZEN = {"gradient": False, "every": None}

PLAIN = Arm()
BATCH_NORM = Arm(Normaliser(Mean("batch"), Size("batch")), affine=True)  # Ioffe and Szegedy 2015, algorithm 1

ARMS: dict[str, Arm] = {
    "plain": PLAIN,
    "batch_norm": BATCH_NORM,
    "noisy_batch_norm": Arm(BATCH_NORM.normaliser, affine=True, noise="fresh"),
    "drifting": Arm(BATCH_NORM.normaliser, affine=True, noise="drift"),
    "noisy_plain": Arm(noise="fresh"),
    # After Page 2019; here scale and shift stay trainable.
    "frozen_batch_norm": Arm(Normaliser(Mean("batch", **FROZEN), Size("batch", **FROZEN)), affine=True),
    # Santurkar et al. 2018, section 3.3.
    "l1_norm": Arm(Normaliser(Mean("batch"), Size("batch", order=1)), affine=True),
    "linf_norm": Arm(Normaliser(Mean("batch"), Size("batch", order=inf)), affine=True),
    # Ba, Kiros and Hinton 2016; Wu and He 2018.
    "layer_norm": Arm(Normaliser(Mean("example"), Size("example")), affine=True),
    "group_norm": Arm(Normaliser(Mean("group"), Size("group")), affine=True),
}


def arm_called(name: str) -> Arm:
    """The arm of this name. Raises ValueError, with the names there are, where there is none."""
    if name not in ARMS:
        raise ValueError(f"unknown arm {name!r}; known: {', '.join(ARMS)}")
    return ARMS[name]
