"""Networks as other people write them, to be looked at."""

import torch
from torch import nn
from torch.nn.functional import relu

CLASSES = 3
EXAMPLES = 12


def fully_connected(normaliser=None, depth=3, width=8, activation=nn.ReLU):
    modules = []
    for inputs in [6] + [width] * (depth - 1):
        modules.append(nn.Linear(inputs, width))
        if normaliser:
            modules.append(normaliser(width))
        modules.append(activation())
    return nn.Sequential(*modules, nn.Linear(width, CLASSES))


class Block(nn.Module):
    """A residual block that writes into its own signals, as torchvision's do."""

    def __init__(self, inputs, outputs, normaliser):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        self.norm1 = normaliser(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = normaliser(outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1, stride=2)
        self.rectifier = nn.ReLU(inplace=True)

    def forward(self, images):
        out = self.rectifier(self.norm1(self.first(images)))
        out = self.norm2(self.second(out))
        out += self.skip(images)
        return self.rectifier(out)


def residual(normaliser=nn.BatchNorm2d):
    return nn.Sequential(
        nn.ReLU(inplace=True),
        Block(2, 4, normaliser),
        Block(4, 4, normaliser),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(4, CLASSES),
    )


class Recurrent(nn.Module):
    def __init__(self, kind=nn.LSTM):
        super().__init__()
        self.reader = kind(4, 5, batch_first=True)
        self.answer = nn.Linear(5, CLASSES)

    def forward(self, sequences):
        return self.answer(self.reader(sequences)[0][:, -1])


class Celled(nn.Module):
    """Its layers are called once for each step of a sequence."""

    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(4, 5)
        self.norm = nn.BatchNorm1d(5)
        self.answer = nn.Linear(5, CLASSES)

    def forward(self, sequences):
        state = sequences.new_zeros(len(sequences), 5)
        for step in sequences.unbind(1):
            state = self.norm(self.cell(step, state))
        return self.answer(state)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.RMSNorm(4)
        self.answer = nn.Linear(4, CLASSES)

    def forward(self, sequences, padding=None):
        return self.answer(self.norm(self.encoder(sequences, src_key_padding_mask=padding)).mean(1))


class Functional(nn.Module):
    """Nothing but functions between its layers, and random numbers of its own from everywhere."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 8)
        self.second = nn.Linear(8, CLASSES)

    def forward(self, values):
        import random

        import numpy as np

        noise = torch.randn(()) + np.random.rand() + random.random()  # noqa: NPY002
        return self.second(relu(self.first(values)) * (1 + 0.01 * noise))


SHAPES = {"values": (EXAMPLES, 6), "images": (EXAMPLES, 2, 8, 8), "sequences": (EXAMPLES, 5, 4)}
MODELS = {
    "plain": (fully_connected, "values"),
    "batch_norm": (lambda: fully_connected(nn.BatchNorm1d), "values"),
    "layer_norm": (lambda: fully_connected(nn.LayerNorm), "values"),
    "residual": (residual, "images"),
    "group_norm": (lambda: residual(lambda units: nn.GroupNorm(2, units)), "images"),
    "instance_norm": (lambda: residual(lambda units: nn.InstanceNorm2d(units, affine=True)), "images"),
    "lstm": (Recurrent, "sequences"),
    "cells": (Celled, "sequences"),
    "transformer": (Transformer, "sequences"),
    "functional": (Functional, "values"),
}


def made(name, seed=0):
    """(model, batch) of one of MODELS, after two steps of training, so that its statistics are not those of the start."""
    torch.manual_seed(seed)
    make, kind = MODELS[name]
    model = make()
    for _ in range(3):
        batch = torch.randn(SHAPES[kind]) + 0.5, torch.randint(CLASSES, (EXAMPLES,))
        nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.sub_(0.05 * parameter.grad)
    return model, batch
