"""A second phase with longer sequences begins about where the first one ended."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.initialisation import initialise, lengthen
from scripts.pretrain.architectures.micro_batch import MicroBatch
from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.loop.micro_batches import Work
from scripts.pretrain.loop.processes import ALONE
from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.loop.schedule import Schedule
from scripts.pretrain.loop.training import Training
from tests.pretrain.test_bert import random_batch

WORDS, MASK, ROWS = 60, 3, 16
FOLLOWERS = np.random.default_rng(0).integers(MASK + 1, WORDS, (WORDS, 2))


def text(length: int, seed: int) -> MicroBatch:
    """Sequences of words, each of which may be followed by two others, with a fifth of them masked."""
    rng = np.random.default_rng(seed)
    ids = np.empty((ROWS, length), np.int32)
    ids[:, 0] = rng.integers(MASK + 1, WORDS, ROWS)
    for place in range(1, length):
        ids[:, place] = FOLLOWERS[ids[:, place - 1], rng.integers(0, 2, ROWS)]
    batch = random_batch([length] * ROWS, seed)
    words = torch.from_numpy(ids.ravel())
    masked = words.index_fill(0, batch.masked.long(), MASK)
    return replace(
        batch, ids=masked, labels=words[batch.masked].long(), longest=length,
        next_sentence=torch.full((ROWS,), -1),
    )  # fmt: skip


def train(model: Bert, length: int, recipe: Recipe) -> Training:
    """Train for a phase, on texts that no other length has."""
    training, schedule = Training(model, recipe, ALONE), Schedule(recipe, ROWS)
    for step in range(recipe.steps):
        batch = text(length, 1000 * length + step)
        work = Work([batch], [1], ROWS, ROWS * length, 0, len(batch.labels), 1, [])
        training.step(work, schedule.learning_rate(step))
    return training


def loss(training: Training, length: int) -> float:
    sums, _, masked = training.validate(text(length, 10**6 + part) for part in range(4))
    return sums[0] / masked


@pytest.mark.slow
def test_the_loss_jumps_by_less_than_a_tenth_where_a_phase_is_longer():
    """Sequences twice as long, for a tenth of the steps. At once most of the jump is gone already."""
    model = Bert(Shape(WORDS, 128, 2, 2, 512, max_position_embeddings=128))
    initialise(model, 1, "mimetic")
    recipe = Recipe(ROWS, 2e-3, steps=300, warmup=0.1, dropout=0.0)
    training = train(model, 64, recipe)
    short, drawn = loss(training, 64), loss(training, 128)
    lengthen(model, 128)
    begun = loss(training, 128)
    training = train(model, 128, replace(recipe, learning_rate=5e-4, steps=30))
    ended = loss(training, 128)
    assert short < 0.5
    assert drawn - short > 0.5
    assert begun - short < 0.2 * (drawn - short)
    assert ended - short < 0.1
