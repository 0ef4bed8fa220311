"""requirements.lock and config/environment.yaml are those of pyproject.toml: `make lock` was not forgotten."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.runs import ROOT

WANTED = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = WANTED["project"]["dependencies"]
LOCK = (ROOT / "requirements.lock").read_text()
PINS = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE))
ENVIRONMENT = yaml.safe_load((ROOT / "config/environment.yaml").read_text())


@pytest.mark.parametrize("line", RUN + WANTED["dependency-groups"]["dev"])
def test_what_is_wanted_is_pinned(line):
    wanted = Requirement(line)
    assert wanted.specifier.contains(PINS[canonicalize_name(wanted.name)])


def test_every_pin_has_hashes():
    for pin in re.split(r"\n(?=\w)", LOCK)[1:]:
        assert "--hash=sha256:" in pin, pin


def test_the_environment_has_the_pins_of_a_run():
    pins = [Requirement(line) for line in ENVIRONMENT["dependencies"][-1]["pip"]]
    assert all(str(pin.specifier) == f"=={PINS[pin.name]}" for pin in pins)
    names = {pin.name for pin in pins}
    assert {canonicalize_name(Requirement(line).name) for line in RUN} <= names
    assert "pytest" not in names
