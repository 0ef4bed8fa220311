from scripts.common import model_files
from scripts.common.errors import UserError
from scripts.examples.tokenizer.given_tokenizer import look_over
from scripts.pretrain.architectures.model_config import read_config

INIT = config["pretrain"]["init"]
INIT_FILES = []
if INIT:
    try:
        INIT_FILES = literal(model_files.find_model(INIT))
        INIT_CONFIG = read_config(Path(INIT))
    except UserError as error:
        raise WorkflowError(f"pretrain.init: {error}")

# A model to go on from brings its vocabulary, unless another is named.
VOCAB = config["vocab"] | {"path": config["vocab"]["path"] or INIT}

VOCAB_FILES = [f"results/vocab/{name}" for name in model_files.VOCABULARY]

SHARDS_OF = {"train": TRAIN_SHARDS, "validation": VALIDATION_SHARDS}

RANDOM_SHARDS = 4  # beside its own, from which a shard's random segments are drawn

SEQ_LENGTHS = {phase["name"]: phase["seq_length"] for phase in config["pretrain"]["phases"]}

# Ready-made examples: the user's files by phase and split.
GIVEN_EXAMPLES = config["examples"]["paths"]


literal([file for splits in GIVEN_EXAMPLES.values() for files in splits.values() for file in files])


def example_files(phase, split):
    """The files of examples of a phase, for training or for validation."""
    made_of = GIVEN_EXAMPLES[phase][split] if GIVEN_EXAMPLES else SHARDS_OF[split]
    return [f"results/examples/{phase}/{split}/{number:04d}.h5" for number in range(len(made_of))]


def given_examples(wildcards):
    """The user's file of examples that is one of a phase."""
    return GIVEN_EXAMPLES[wildcards.phase][wildcards.split][int(wildcards.number)]


def vocab_folder(wildcards, input):
    """The tokenizer's folder, as a param of rules with an input `vocab`."""
    return folder_of(input.vocab)


def tokens_of(split):
    """The tokenized shards of a split."""
    return [f"results/tokens/{split}/{number:04d}.h5" for number in range(len(SHARDS_OF[split]))]


def random_shards(wildcards):
    """The shards after this one, around the ring, so that each is drawn from equally often."""
    if not config["examples"]["next_sentence"]:
        return []
    files = tokens_of(wildcards.split)
    number = int(wildcards.number)
    return (files[number + 1 :] + files[:number])[:RANDOM_SHARDS]


def spare_shards(wildcards):
    """A training shard for validation shards that hold a single document between them."""
    needed = config["examples"]["next_sentence"] and wildcards.split == "validation"
    return tokens_of("train")[:1] if needed else []


def example_mistakes():
    """Say what is wrong with ready-made examples, a line for each mistake."""
    for phase in GIVEN_EXAMPLES:
        if phase not in SEQ_LENGTHS:
            yield f"examples.paths.{phase}: no such phase in pretrain.phases"
    for phase in SEQ_LENGTHS if GIVEN_EXAMPLES else ():
        if phase not in GIVEN_EXAMPLES:
            yield f"examples.paths: lacks the files of phase {phase}"
    if GIVEN_EXAMPLES and not VOCAB["path"]:
        yield "vocab.path: must name the vocabulary of the files of examples.paths"


if problems := list(example_mistakes()):
    raise WorkflowError("The config has mistakes:", *problems)


def vocab_files():
    """The files of a given vocabulary: itself, or what a tokenizer folder has."""
    path = Path(VOCAB["path"])
    try:
        if MAIN:
            look_over(path, VOCAB["lowercase"])
    except UserError as error:
        key = "vocab.path" if config["vocab"]["path"] else "pretrain.init"
        raise WorkflowError(f"{key}: {error}")
    if not path.is_dir():
        return literal([path])
    names = (*model_files.TOKENIZERS, *model_files.BESIDE_TOKENIZERS, model_files.CONFIG)
    return literal([path / name for name in names if (path / name).is_file()])


def vocab_source(wildcards, input):
    """A given vocabulary as its step takes it: the file, or the folder of the files."""
    return folder_of(input) if Path(VOCAB["path"]).is_dir() else shlex.quote(input[0])


GIVEN_VOCAB = vocab_files() if VOCAB["path"] else []
