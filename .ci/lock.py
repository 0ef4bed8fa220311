"""Write requirements.lock and config/environment.yaml from what pyproject.toml wants: `make lock`.

Pins stay as they are, but for what pyproject.toml has changed and, with `--upgrade`, all.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path("requirements.lock")
ENVIRONMENT = Path("config/environment.yaml")
# Builds of torch without CUDA, which the package index does not list; hashes of its cpu index.
CPU_BUILDS = {
    "torch==2.13.0": [  # 2.13.0+cpu for Python 3.11 on x86-64
        "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
    ],
}
LOCK_HEAD = """\
# Written by `make lock`: what pyproject.toml wants and all that it needs, for Linux and macOS.
# `make env` installs it; so does `pip install -r requirements.lock`, with torch's CUDA libraries.
"""
ENVIRONMENT_HEAD = """\
# Written by `make lock`. For `snakemake --sdm conda`: the pins of requirements.lock that a run needs.
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def compiled(pins: str, *words: str) -> str:
    """What uv makes of pyproject.toml, with the given pins where they suit."""
    uv = Path(sys.executable).with_name("uv")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / LOCK
        output.write_text(pins)
        command = [uv, "pip", "compile", "pyproject.toml", "--quiet", "--universal"]
        command += ["--python-version", "3.11", "--no-header", "--no-annotate", "-o", output]
        subprocess.run([*command, *words], check=True)
        return output.read_text()


def with_cpu_builds(lock: str) -> str:
    """Add hashes of builds that the index does not have; raises KeyError for another version."""
    for pin, hashes in CPU_BUILDS.items():
        line = f"\n{pin} \\\n"
        if line not in lock:
            raise KeyError(
                f"{pin} is not what is locked: CPU_BUILDS needs the hashes of its builds"
            )
        missing = [digest for digest in hashes if digest not in lock]
        added = "".join(f"    --hash=sha256:{digest} \\\n" for digest in missing)
        lock = lock.replace(line, line + added)
    return lock


def main() -> None:
    pins = "" if "--upgrade" in sys.argv else LOCK.read_text()
    lock = with_cpu_builds(compiled(pins, "--generate-hashes", "--group", "dev"))
    LOCK.write_text(LOCK_HEAD + lock)
    run = compiled(lock)
    # What only a build of torch for CUDA needs follows from torch.
    lines = [line for line in run.splitlines() if not re.match("cuda-|nvidia-|triton", line)]
    ENVIRONMENT.write_text(ENVIRONMENT_HEAD + "".join(f'      - "{line}"\n' for line in lines))


if __name__ == "__main__":
    main()
