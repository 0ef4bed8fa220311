from scripts.common import model_files

PRETRAIN = config["pretrain"]


PHASES = {phase["name"]: phase for phase in PRETRAIN["phases"]}


PHASE_BEFORE = dict(zip(list(PHASES)[1:], PHASES))


RANDOM = "results/pretrain/random"


PRETRAINED = f"results/pretrain/{list(PHASES)[-1]}"


METRICS = [f"results/pretrain/{phase}/metrics.jsonl" for phase in PHASES]


def pretrained_files(folder):
    """The files of a model folder that finetuning reads."""
    return [f"{folder}/{name}" for name in model_files.PRETRAINED]


def phase_mistakes():
    """Say what is wrong with the phases, a line for each mistake."""
    if len(PHASES) < len(PRETRAIN["phases"]):
        yield "pretrain.phases: two phases have the same name"
    for number, phase in enumerate(PRETRAIN["phases"]):
        where = f"pretrain.phases[{number}]"
        if phase["name"] == "random":
            yield f"{where}.name: random is the untrained model's; choose another"
        if sum(key in phase for key in ("steps", "epochs", "hours")) != 1:
            yield f"{where}: needs exactly one of steps, epochs and hours"
        if phase.get("batch_start", 1) > phase["batch_size"]:
            yield f"{where}.batch_start: must not be above batch_size"


def model_config():
    """The config of a new model, and None where training goes on from a given one."""
    if PRETRAIN["init"]:
        return None
    for path in (Path(PRETRAIN["model"]), ROOT / PRETRAIN["model"]):
        if path.is_file():
            try:
                return json.loads(path.read_text())
            except ValueError as error:
                raise WorkflowError(f"pretrain.model: {path}: not JSON ({error})")
    raise WorkflowError(f"pretrain.model: {PRETRAIN['model']}: no such file")


def init_files():
    """The files of the model folder that training goes on from."""
    folder = Path(PRETRAIN["init"])

    def there(names):
        return [str(folder / name) for name in names if (folder / name).is_file()]

    weights = there(model_files.WEIGHTS) or [str(folder / model_files.WEIGHTS[0])]
    return [
        str(folder / model_files.CONFIG),
        weights[0],
        *there(model_files.TOKENIZERS),
    ]


if problems := list(phase_mistakes()):
    raise WorkflowError("The config has mistakes:", *problems)


NEW_MODEL = model_config()


def phase_start(wildcards):
    """The model that a phase starts from: that of the phase before, a given one, or none."""
    if before := PHASE_BEFORE.get(wildcards.phase):
        return pretrained_files(f"results/pretrain/{before}")
    return init_files() if PRETRAIN["init"] else []


def phase_init(wildcards, input):
    """The flag for the model folder that a phase starts from, if it does from one."""
    return f"--init {folder_of(input.start)}" if input.start else ""


def checkpoints_folder(wildcards, output):
    """The folder of all phases' checkpoints, beside that of the models."""
    return shlex.quote(str(Path(output[0]).parents[2] / "checkpoints"))


def phase_flags(wildcards):
    """A phase's settings as flags."""
    phase = {
        key: value
        for key, value in PHASES[wildcards.phase].items()
        if key not in ("name", "seq_length")
    }
    names = [
        "precision", "cpu_threads", "micro_batch_tokens", "recompute", "log_steps",
        "validate_steps", "validation_examples",
    ]  # fmt: skip
    new = not phase_start(wildcards)
    return flags(
        seed=config["seed"],
        model=NEW_MODEL if new else None,
        initial_weights=PRETRAIN["initial_weights"] if new else None,
        **{name: PRETRAIN[name] for name in names},
        **phase,
    )


def several_nodes():
    """What a job on several nodes asks of Slurm: a task on each, and as many GPUs on each.

    Slurm takes no request that names the GPUs' model in one place and not in another, so that the
    model, or that there are none, is taken from the profile's set-resources.
    """
    if PRETRAIN["nodes"] == 1:
        return {}
    chosen = profile_resources(workflow, "pretrain")
    resources = {"mpi": "srun", "tasks": PRETRAIN["nodes"], "tasks_per_gpu": 0}
    if PRETRAIN["gpus"] and chosen.get("gpu") != 0:
        model = [chosen["gpu_model"]] if "gpu_model" in chosen else []
        resources["gres"] = ":".join(["gpu", *model, str(PRETRAIN["gpus"])])
    return resources
