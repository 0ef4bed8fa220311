# Pictures and tables for `snakemake --report report.html`: what each is drawn from, and what it is called.
PICTURES = {
    "glue": ("glue_results.tsv", "GLUE", "Results", "the GLUE table"),
    "finetuning": (
        "results/glue/summary/curves.tsv",
        "GLUE",
        "Finetuning, epoch by epoch",
        "the curves of finetuning",
    ),
    "confusions": (
        "results/glue/summary/confusion.tsv",
        "GLUE",
        "Confusion matrices",
        "the confusion matrices",
    ),
    "pretraining": (METRICS, "Pretraining", "Losses", "the losses of pretraining"),
}
REPORT_FILES = [
    f"results/report/{name}.svg" for name in ("glue", "finetuning", "confusions")
]
if not config["glue"]["model"]:
    REPORT_FILES += ["results/report/pretraining.svg", "results/report/corpus.tsv"]


for PICTURE, (SOURCE, CATEGORY, LABEL, WHAT) in PICTURES.items():

    rule:
        name:
            f"plot_{PICTURE}"
        input:
            SOURCE,
        output:
            report(
                f"results/report/{PICTURE}.svg",
                caption=f"captions/{PICTURE}.rst",
                category=CATEGORY,
                labels={"picture": LABEL},
            ),
        log:
            f"logs/report/plot_{PICTURE}.log",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=memory(1000),
            runtime=10,
        params:
            **step(f"scripts/report/plot_{PICTURE}.py"),
            flags=(
                flags(published=config["glue"]["source"] != "sample")
                if PICTURE == "glue"
                else ""
            ),
        message:
            f"Draw {WHAT}"
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
