from itertools import pairwise

from scripts.common import model_files
from scripts.common.errors import UserError
from scripts.pretrain.architectures.model_config import Shape, new_config, read_model
from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.loop.job import CPU_TOKENS, RuntimeOptions, Settings

PRETRAIN = config["pretrain"]
SEEDS = PRETRAIN["seeds"] or [config["seed"]]
# The seed of each pretraining, by the folder that its results lie in: the only one has none.
PRETRAININGS = {f"pretraining{seed}/" if SEEDS[1:] else "": seed for seed in SEEDS}
PHASES = {
    f"{folder}{phase['name']}": phase | {"seed": seed}
    for folder, seed in PRETRAININGS.items()
    for phase in PRETRAIN["phases"]
}
FIRST, LAST = (PRETRAIN["phases"][place]["name"] for place in (0, -1))
PHASE_BEFORE = {
    phase: before for before, phase in pairwise(PHASES) if PHASES[phase]["name"] != FIRST
}
RANDOM = "results/pretrain/{pretraining}random"


def pretrained_files(folder):
    """The files of a model folder that finetuning reads."""
    return [f"{folder}/{name}" for name in model_files.PRETRAINED]


def phase_mistakes():
    """Say what is wrong with the phases, a line for each mistake."""
    if len(PHASES) < len(PRETRAIN["phases"]) * len(SEEDS):
        yield "pretrain.phases: two phases have the same name"
    model = NEW_MODEL or INIT_CONFIG
    pairs = config["examples"]["next_sentence"] and not GIVEN_EXAMPLES
    if pairs and model.get("type_vocab_size", 2) < 2:
        yield "examples.next_sentence: the model tells no segments apart (type_vocab_size); set it to false"
    for number, phase in enumerate(PRETRAIN["phases"]):
        where = f"pretrain.phases[{number}]"
        if phase["name"] == "random":
            yield f"{where}.name: random is the untrained model's; choose another"
        try:
            Recipe(**section_of(Recipe, phase))
        except UserError as error:
            yield f"{where}: {error}"
        places = model.get("max_position_embeddings", 512)
        if phase["seq_length"] > places:
            yield f"{where}.seq_length: the model has {places} positions (max_position_embeddings)"


def new_model():
    """The config of a new model, and None where training goes on from a given one."""
    if PRETRAIN["init"]:
        return None
    here, ours = Path(PRETRAIN["model"]), ROOT / PRETRAIN["model"]
    try:
        model = read_model(str(here if here.is_file() or not ours.is_file() else ours))
        Shape.from_config(new_config(model, VOCAB["size"]), PRETRAIN["model"])
    except UserError as error:
        raise WorkflowError(f"pretrain.model: {error}")
    return model


NEW_MODEL = new_model()

if problems := list(phase_mistakes()):
    raise WorkflowError("The config has mistakes:", *problems)

SHAPE = Shape.from_config(INIT_CONFIG if INIT else new_config(NEW_MODEL, VOCAB["size"]), "pretrain")


def phase_start(wildcards):
    """The model that a phase starts from: that of the phase before, a given one, or none."""
    if before := PHASE_BEFORE.get(wildcards.phase):
        return pretrained_files(f"results/pretrain/{before}")
    return INIT_FILES


def phase_init(wildcards, input):
    """The flag for the model folder that a phase starts from, if it does from one."""
    return f"--init {folder_of(input.start)}" if input.start else ""


def phase_minutes(wildcards, attempt):
    """Minutes to ask a cluster for, up to pretrain.runtime: a training that is stopped goes on later."""
    phase = PHASES[wildcards.phase]
    tokens = corpus_text() / estimates.FIGURES.bytes_of_token
    tokens = estimates.phase_tokens(phase, tokens * config["examples"]["duplicates"])
    masked = tokens * config["examples"]["mlm_probability"]
    flops = SHAPE.training_flops(tokens, tokens * phase["seq_length"], masked)
    seconds = flops / (estimates.FIGURES.cpu_flops * PRETRAIN["cpu_threads"])
    return min(PRETRAIN["runtime"], estimates.minutes(seconds, PRETRAIN["runtime"]) * attempt)


def training_mb():
    """Megabytes for a training: 24 bytes a parameter, of weights, gradients, moments and a checkpoint's copy.

    On a CPU also 34 numbers a token, layer and hidden unit (Korthikanti et al. 2022), and the logits.
    """
    weights = 24 * SHAPE.parameters
    if PRETRAIN["gpus"]:
        return PRETRAIN["gpus"] * (5000 + weights / 1e6)
    tokens = PRETRAIN["micro_batch_tokens"]
    tokens = tokens if isinstance(tokens, int) else CPU_TOKENS
    layers = 34 * SHAPE.num_hidden_layers * SHAPE.hidden_size
    head = 2 * config["examples"]["mlm_probability"] * SHAPE.vocab_size
    return 1500 + (weights + 4 * tokens * (layers + head)) / 1e6


def checkpoints_folder(wildcards, output):
    """The folder of all phases' checkpoints, beside that of the models."""
    results = Path(output[0]).parents[1 + len(Path(wildcards.phase).parts)]
    return shlex.quote(str(results / "checkpoints"))


def phase_flags(wildcards):
    """A phase's settings as flags."""
    settings = section_of(Settings, PRETRAIN) | section_of(Recipe, PHASES[wildcards.phase])
    if phase_start(wildcards):
        del settings["initial_weights"]
    else:
        settings["model"] = NEW_MODEL
    return flags(seed=PHASES[wildcards.phase]["seed"], **settings)


def several_nodes():
    """What a job on several nodes asks of Slurm: a task on each, and as many GPUs on each.

    Slurm takes no request that names the GPUs' model in one place and not in another, so that the
    model, or that there are none, is taken from the profile's set-resources.
    """
    if PRETRAIN["nodes"] == 1:
        return {}
    chosen = internals.profile_resources(workflow, "pretrain")
    resources = {"mpi": "srun", "tasks": PRETRAIN["nodes"], "tasks_per_gpu": 0}
    if PRETRAIN["gpus"] and chosen.get("gpu") != 0:
        model = [chosen["gpu_model"]] if "gpu_model" in chosen else []
        resources["gres"] = ":".join(["gpu", *model, str(PRETRAIN["gpus"])])
    return resources


def cpu_nodes():
    """The number of several nodes without GPUs, on which exact sums depend, as a param."""
    on_cpus = PRETRAIN["nodes"] > 1 and "gres" not in several_nodes()
    return {"nodes": flags(nodes=PRETRAIN["nodes"])} if on_cpus else {}
