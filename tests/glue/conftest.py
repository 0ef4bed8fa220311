"""Fixtures of the GLUE stage's tests."""

from pathlib import Path

import pytest

from tests.glue.made import write_model


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory) -> Path:
    """A small random BERT. Copy it; never change it."""
    return write_model(tmp_path_factory.mktemp("model") / "bert")
