"""What would be measured wrongly is refused, and the message says why and what to do."""

import pytest
import torch
from subjects import Recurrent, Transformer, made
from torch import nn
from torch.nn.functional import cross_entropy

from whybn.look import RefusedError, layers, look

VALUES, CLASSES = torch.randn(12, 6), torch.randint(3, (12,))
BATCH = VALUES, CLASSES


class Compiled(nn.Linear):
    def __init__(self):
        super().__init__(6, 3)
        self._orig_mod = nn.Linear(6, 3)


class Packed(Recurrent):
    """It packs its sequences by itself, so that the batch does not show it."""

    def forward(self, sequences):
        packed = nn.utils.rnn.pack_padded_sequence(sequences, [5] * len(sequences), batch_first=True)
        return self.answer(self.reader(packed)[1][0][-1])


def complex_model():
    return nn.Linear(6, 3, dtype=torch.complex64)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: cross_entropy, "must be a torch.nn.Module"),
        (lambda: torch.jit.trace(nn.Linear(6, 3), VALUES), "scripted model shows no layers"),
        (Compiled, "before torch.compile"),
        (lambda: nn.DataParallel(nn.Linear(6, 3)), "pass model.module"),
        (lambda: nn.LazyLinear(3), "run the model once"),
        (lambda: nn.Linear(6, 3, device="meta"), "load the weights first"),
        (complex_model, "only real floating-point weights"),
        (lambda: nn.Linear(6, 3).requires_grad_(False), "nothing to walk along"),
        (lambda: nn.Sequential(nn.Embedding(9, 3), nn.Flatten()), "no layer that is known here"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_models(model, message):
    inputs = torch.zeros(12, 1, dtype=torch.long) if "known here" in message else VALUES
    with pytest.raises(RefusedError, match=message):
        look(model(), (inputs, CLASSES), cross_entropy)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_model_that_cannot_be_copied():
    model = nn.utils.weight_norm(nn.Linear(6, 3))
    model(VALUES)
    with pytest.raises(RefusedError, match=r"parametrizations\.weight_norm"):
        look(model, BATCH, cross_entropy)


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (VALUES, "must be a pair"),
        ((VALUES, CLASSES, CLASSES), "must be a pair"),
        ((VALUES[:1], CLASSES[:1]), "at least two examples"),
        (((VALUES, torch.ones(12, 6, dtype=torch.bool)), CLASSES), r"`inputs\[1\]` looks like a mask"),
        (({"x": VALUES, "attention_mask": torch.ones(12, 6)}, CLASSES), "looks like a mask"),
        ((nn.utils.rnn.pack_sequence([VALUES, VALUES[:3]]), CLASSES), "unequal length"),
        ((VALUES, CLASSES.masked_fill(CLASSES[0] == CLASSES, -100)), "`targets` holds -100"),
    ],
)
def test_batches(batch, message):
    with pytest.raises(RefusedError, match=message):
        look(nn.Linear(6, 3), batch, cross_entropy)


@pytest.mark.parametrize("how", ["keyword", "position"])
def test_masks_that_a_model_is_given_or_makes(how):
    sequences, padding = torch.randn(12, 5, 4), torch.zeros(12, 5)
    batch = {"sequences": sequences, "padding": padding} if how == "keyword" else (sequences, padding)
    with pytest.raises(RefusedError, match="padding mask"):
        look(Transformer(), (batch, CLASSES), cross_entropy)
    with pytest.raises(RefusedError, match="unequal length"):
        look(Packed(), (sequences, CLASSES), cross_entropy)


def test_a_causal_mask_is_no_padding():
    class Causal(Transformer):
        def forward(self, sequences):
            mask = nn.Transformer.generate_square_subsequent_mask(sequences.shape[1])
            return self.answer(self.norm(self.encoder(sequences, mask=mask, is_causal=True)).mean(1))

    assert layers(Causal(), (torch.randn(12, 5, 4), CLASSES), cross_entropy)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (lambda outputs, targets: cross_entropy(outputs, targets, reduction="none"), r"shape \(12,\)"),
        (lambda outputs, targets: float(cross_entropy(outputs, targets).detach()), "returned float"),
        (lambda outputs, _: (outputs.argmax(1) == 0).float().mean(), "does not depend on the model"),
    ],
)
def test_losses(loss, message):
    with pytest.raises(RefusedError, match=message):
        look(nn.Linear(6, 3), BATCH, loss)


def test_errors_of_the_model_are_its_own():
    model, batch = made("plain")
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied") as caught:
        look(model, (batch[0][:, :5], batch[1]), cross_entropy)
    assert not isinstance(caught.value, RefusedError)


def test_several_inputs_come_by_position_or_by_name():
    class Two(nn.Linear):
        def forward(self, left, right):
            return super().forward(left) - super().forward(right)

    model = Two(6, 3)
    by_position = look(model, ((VALUES, VALUES + 1), CLASSES), cross_entropy)
    by_name = look(model, ({"right": VALUES + 1, "left": VALUES}, CLASSES), cross_entropy)
    assert by_position.walk == by_name.walk
