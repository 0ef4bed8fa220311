SAMPLE_DUMP = [f"results/corpus/dump/sample{part}.xml.bz2" for part in (1, 2)]

SAMPLE_FILES = {
    "MNLI": [
        "train",
        "dev_matched",
        "dev_mismatched",
        "test_matched",
        "test_mismatched",
    ],
    "AX": ["AX"],
}

SAMPLE_GLUE = "results/corpus/sample_glue"

SAMPLE_GLUE_FILES = [
    f"{SAMPLE_GLUE}/{task}/{name}.tsv"
    for task in "CoLA SST-2 MRPC STS-B QQP MNLI QNLI RTE WNLI AX".split()
    for name in SAMPLE_FILES.get(task, ["train", "dev", "test"])
]


rule make_sample:
    output:
        dump=SAMPLE_DUMP,
        glue=SAMPLE_GLUE_FILES,
    log:
        "logs/corpus/make_sample.log",
    benchmark:
        "benchmarks/corpus/make_sample.tsv"
    threads: 2
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        code=code("scripts/corpus/make_sample.py"),
        flags=flags(
            seed=config["seed"], articles=config["corpus"]["sample"]["articles"]
        ),
    message:
        "Writing an invented encyclopaedia, and tasks about it"
    shell:
        "python -m scripts.corpus.make_sample {params.flags} --dump {output.dump} "
        f"--glue {SAMPLE_GLUE} "
        "--processes {threads} --log {log}"
