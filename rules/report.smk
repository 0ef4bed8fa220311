def picture(name, category, label):
    """A picture of `snakemake --report`."""
    return report(
        f"results/report/{name}.svg",
        caption=f"captions/{name}.rst",
        category=category,
        labels={"picture": label},
    )


def of_phase(*names):
    """Files of a phase's training."""
    return [f"results/pretrain/{{phase}}/{name}" for name in names]


# What is told of a run: each step's inputs and output, and its message.
TOLD = {
    "plot_glue": (
        "glue_results.tsv",
        picture("glue", "GLUE", "Results"),
        "Draw the GLUE table",
    ),
    "plot_finetuning": (
        "results/glue/summary/curves.tsv",
        picture("finetuning", "GLUE", "Finetuning, epoch by epoch"),
        "Draw the curves of finetuning",
    ),
    "plot_confusions": (
        "results/glue/summary/confusion.tsv",
        picture("confusions", "GLUE", "Confusion matrices"),
        "Draw the confusion matrices",
    ),
    "plot_pretraining": (
        METRICS,
        picture("pretraining", "Pretraining", "Losses"),
        "Draw the losses of pretraining",
    ),
    "describe_model": (
        of_phase("config.json", "training.json", "metrics.jsonl"),
        of_phase("README.md"),
        "Write the model card of phase {wildcards.phase}",
    ),
    "write_events": (
        of_phase("metrics.jsonl", "timing.jsonl"),
        of_phase("events.out.tfevents.0.pretrain"),
        "Write TensorBoard's events of phase {wildcards.phase}",
    ),
}
REPORT_FILES = [
    f"results/report/{name}.svg" for name in ("glue", "finetuning", "confusions")
]
if not config["glue"]["model"]:
    REPORT_FILES += ["results/report/pretraining.svg", "results/report/corpus.tsv"]
    for TELLER in ("describe_model", "write_events"):
        REPORT_FILES += expand(TOLD[TELLER][1], phase=PHASES)


for TELLER, (SOURCES, TARGET, MESSAGE) in TOLD.items():

    rule:
        name:
            TELLER
        input:
            SOURCES,
        output:
            TARGET,
        log:
            f"logs/report/{TELLER}{'/{phase}' if '{phase}' in str(TARGET) else ''}.log",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=memory(1000),
            runtime=10,
        params:
            **step(f"scripts/report/{TELLER}.py"),
            flags=(
                flags(published=config["glue"]["source"] != "sample")
                if TELLER == "plot_glue"
                else ""
            ),
        message:
            MESSAGE
        shell:
            "{params.run} {input:q} -o {output:q} {params.flags} --log {log:q}"


rule describe_corpus:
    input:
        extraction=[
            f"results/corpus/articles/{part.name}.json"
            for part in PARTS.values()
            if part.kind == "dump"
        ],
        shards="results/corpus/shards/stats.json",
        examples=[
            str(Path(file).with_suffix(".json"))
            for phase in PHASES
            for split in ("train", "validation")
            for file in example_files(phase, split)
        ],
    output:
        report(
            "results/report/corpus.tsv",
            caption="captions/corpus.rst",
            category="Pretraining",
            labels={"picture": "Corpus"},
        ),
    log:
        "logs/report/describe_corpus.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=memory(1000),
        runtime=10,
    params:
        **step("scripts/report/describe_corpus.py"),
    message:
        "Count what went into pretraining"
    shell:
        "{params.run} --extraction {input.extraction:q} --shards {input.shards:q}"
        " --examples {input.examples:q} -o {output:q} --log {log:q}"
