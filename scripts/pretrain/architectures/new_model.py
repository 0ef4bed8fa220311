"""What a new model's weights depend on."""

from dataclasses import dataclass

from scripts.common.settings import setting

INITIAL_WEIGHTS = ("bert", "mimetic")


@dataclass(frozen=True)
class NewModel:
    """How weights are drawn, see initialisation.py, and from which seed."""

    initial_weights: str = setting("mimetic", "of a new model", enum=INITIAL_WEIGHTS)
    seed: int = setting(42, minimum=0, own_key=False)
