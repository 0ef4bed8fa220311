"""What ARCHITECTURE.md says of the modules: which way they import, and what they are called."""

import ast
import re
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from itertools import chain

from scripts.common.code import imports, packages
from tests.docs.shown import STEP, modules, name_of
from tests.runs import ROOT

STAGES = ("common", "sample", "corpus", "examples", "pretrain", "glue", "report", "workflow")
SLOW = (
    "torch",
    "transformers",
    "spacy",
    "sklearn",
    "pandas",
    "matplotlib",
    "tensorboard",
    "datasketch",
)
OURS = [module for module in modules() if module.is_relative_to(ROOT / "scripts")]


def floor(name: str) -> int:
    """The place of a module's stage in the way of the data; of `scripts` itself, before all."""
    parts = name.split("/")
    return STAGES.index(parts[1]) if len(parts) > 2 else -1


def imported() -> dict[str, list[str]]:
    """The modules that each module of the steps imports itself."""
    found: dict[str, list[str]] = {}
    for module in OURS:
        files = [item.target for item in chain.from_iterable(imports(ROOT, module))]
        above = [init for file in files for init in packages(ROOT, file)]
        found[name_of(module)] = list(dict.fromkeys(map(name_of, files + above)))
    return found


def test_no_module_imports_from_a_stage_after_its_own():
    upwards = [
        f"{name} imports {other}"
        for name, others in imported().items()
        for other in others
        if floor(other) > floor(name)
    ]
    assert not upwards, "\n".join(upwards)


def test_no_modules_import_each_other():
    graph = {name: set(others) - {name} for name, others in imported().items()}
    TopologicalSorter(graph).prepare()  # raises CycleError with the circle


def test_steps_import_nothing_of_snakemake():
    asking = [
        name_of(module)
        for module in OURS
        if floor(name_of(module)) < STAGES.index("workflow")
        and re.search(r"^\s*(?:import|from) snakemake", module.read_text(), re.MULTILINE)
    ]
    assert asking == []


def test_a_module_has_a_name_of_its_own():
    counts = Counter(module.name for module in OURS if module.name != "__init__.py")
    assert [name for name, count in counts.items() if count > 1] == []


def test_steps_start_without_what_takes_a_second_to_import():
    """So that `--help` and a wrong flag are answered at once."""
    steps = [
        name_of(module).removesuffix(".py").replace("/", ".")
        for module in OURS
        if module.parents[1] == ROOT / "scripts" and STEP.search(module.read_text())
    ]
    assert len(steps) > 25
    code = f"import sys, {', '.join(steps)}\nprint(*set(sys.modules).intersection({SLOW!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.split(), done.returncode) == ([], 0), done.stderr


def test_the_main_of_a_step_is_the_last_of_its_module():
    """Since it is run where it stands."""
    lasts = {
        name_of(module): ast.parse(module.read_text()).body[-1]
        for module in OURS
        if STEP.search(module.read_text())
    }
    assert len(lasts) > 25
    starts = ("main = cli.step(", "@cli.step\ndef main(")
    assert [name for name, last in lasts.items() if not ast.unparse(last).startswith(starts)] == []
