from scripts.sample.tasks.task_files import TASKS as SAMPLE_TASKS

SAMPLE_DUMP = [f"results/sample/dump/sample{part}.xml.bz2" for part in (1, 2)]
SAMPLE_GLUE = "results/sample/glue"


rule make_sample:
    output:
        dump=SAMPLE_DUMP,
        glue=[
            f"{SAMPLE_GLUE}/{task}/{file.name}"
            for task, files in SAMPLE_TASKS.items()
            for file in files
        ],
    log:
        "logs/sample/make_sample.log",
    benchmark:
        "benchmarks/sample/make_sample.tsv"
    threads: 2
    resources:
        mem_mb=memory(1000),
        runtime=60,
    params:
        **step("scripts/sample/make_sample.py"),
        flags=flags(seed=config["seed"], **config["corpus"]["sample"]),
        glue=lambda wildcards, output: shlex.quote(str(Path(output.glue[0]).parents[1])),
    message:
        "Writing an invented encyclopaedia, and tasks about it"
    shell:
        "{params.run} {params.flags} --dump {output.dump:q} --glue {params.glue} "
        "--processes {threads} --log {log:q}"
