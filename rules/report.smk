# Pictures and tables for `snakemake --report report.html`.
REPORT_FILES = [
    f"results/report/{name}.svg" for name in ("glue", "finetuning", "confusions")
]
if not config["glue"]["model"]:
    REPORT_FILES += ["results/report/pretraining.svg", "results/report/corpus.tsv"]


rule plot_glue:
    input:
        "glue_results.tsv",
    output:
        report(
            "results/report/glue.svg",
            caption="captions/glue.rst",
            category="GLUE",
            labels={"picture": "Results"},
        ),
    log:
        "logs/report/plot_glue.log",
    conda:
        "../config/environment.yaml"
    resources:
        mem_mb=memory(1000),
        runtime=10,
    params:
        **step("scripts/report/plot_glue.py"),
        flags=flags(published=config["glue"]["source"] != "sample"),
    message:
        "Draw the GLUE table"
    shell:
        "{params.run} {input} -o {output} {params.flags} --log {log}"


rule plot_finetuning:
    input:
        "results/glue/summary/curves.tsv",
    output:
        report(
            "results/report/finetuning.svg",
            caption="captions/finetuning.rst",
            category="GLUE",
            labels={"picture": "Finetuning, epoch by epoch"},
        ),
    log:
        "logs/report/plot_finetuning.log",
    conda:
        "../config/environment.yaml"
    resources:
        mem_mb=memory(1000),
        runtime=10,
    params:
        **step("scripts/report/plot_finetuning.py"),
    message:
        "Draw the curves of finetuning"
    shell:
        "{params.run} {input} -o {output} --log {log}"


rule plot_confusions:
    input:
        "results/glue/summary/confusion.tsv",
    output:
        report(
            "results/report/confusions.svg",
            caption="captions/confusions.rst",
            category="GLUE",
            labels={"picture": "Confusion matrices"},
        ),
    log:
        "logs/report/plot_confusions.log",
    conda:
        "../config/environment.yaml"
    resources:
        mem_mb=memory(1000),
        runtime=10,
    params:
        **step("scripts/report/plot_confusions.py"),
    message:
        "Draw the confusion matrices"
    shell:
        "{params.run} {input} -o {output} --log {log}"


rule plot_pretraining:
    input:
        METRICS,
    output:
        report(
            "results/report/pretraining.svg",
            caption="captions/pretraining.rst",
            category="Pretraining",
            labels={"picture": "Losses"},
        ),
    log:
        "logs/report/plot_pretraining.log",
    conda:
        "../config/environment.yaml"
    resources:
        mem_mb=memory(1000),
        runtime=10,
    params:
        **step("scripts/report/plot_pretraining.py"),
    message:
        "Draw the losses of pretraining"
    shell:
        "{params.run} {input} -o {output} --log {log}"


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
        "../config/environment.yaml"
    resources:
        mem_mb=memory(1000),
        runtime=10,
    params:
        **step("scripts/report/describe_corpus.py"),
    message:
        "Count what went into pretraining"
    shell:
        "{params.run} --extraction {input.extraction} "
        "--shards {input.shards} --examples {input.examples} -o {output} --log {log}"
