rule download_dump:
    output:
        f"{DUMPS}/{{file}}",
    log:
        "logs/corpus/download_dump/{file}.log",
    wildcard_constraints:
        file="|".join(map(re.escape, DUMP_FILES)) or "(?!)",
    conda:
        "../config/environment.yaml"
    resources:
        mirror=1,
        mem_mb=memory(200),
        runtime=1440,
    params:
        **step("scripts/corpus/download_dump.py"),
        flags=lambda wildcards: flags(
            wiki=WIKIPEDIA["wiki"],
            date=WIKIPEDIA["date"],
            sha1=DUMP_FILES[wildcards.file]["sha1"],
            size=DUMP_FILES[wildcards.file]["size"],
        ),
        mirror=untracked(mirror=WIKIPEDIA["mirror"]),
    message:
        "Downloading {wildcards.file}"
    shell:
        "{params.run} {wildcards.file} -o {output} {params.flags} "
        "{params.mirror} --log {log}"


rule extract_articles:
    input:
        lambda wildcards: PARTS[wildcards.part].files,
    output:
        articles="results/corpus/articles/{part}.jsonl.zst",
        statistics="results/corpus/articles/{part}.json",
    log:
        "logs/corpus/extract_articles/{part}.log",
    benchmark:
        "benchmarks/corpus/extract_articles/{part}.tsv"
    wildcard_constraints:
        part=parts_of_kind("dump"),
    conda:
        "../config/environment.yaml"
    threads: 4
    resources:
        mem_mb=memory(400, per_thread=300),
        runtime=600,
    params:
        **step("scripts/corpus/extract_articles.py"),
        flags=flags(**CORPUS["extract"]),
    message:
        "Extracting the articles of {input}"
    shell:
        "{params.run} {input} -o {output.articles} "
        "--statistics {output.statistics} {params.flags} --processes {threads} --log {log}"


rule collect_text:
    input:
        lambda wildcards: PARTS[wildcards.part].files,
    output:
        "results/corpus/articles/{part}.jsonl.zst",
    log:
        "logs/corpus/collect_text/{part}.log",
    wildcard_constraints:
        part=parts_of_kind("text"),
    conda:
        "../config/environment.yaml"
    resources:
        mem_mb=memory(500),
        runtime=120,
    params:
        **step("scripts/corpus/collect_text.py"),
        flags=lambda wildcards: flags(
            documents=CORPUS["text"]["documents"], base=PARTS[wildcards.part].base
        ),
    message:
        "Collecting the documents of {wildcards.part}"
    shell:
        "{params.run} {input} -o {output} {params.flags} --log {log}"


rule split_sentences:
    input:
        articles_of,
    output:
        sentences="results/corpus/sentences/{part}.txt.zst",
        ids="results/corpus/sentences/{part}.ids.zst",
    log:
        "logs/corpus/split_sentences/{part}.log",
    benchmark:
        "benchmarks/corpus/split_sentences/{part}.tsv"
    wildcard_constraints:
        part=parts_of_kind("dump", "articles", "text"),
    conda:
        "../config/environment.yaml"
    threads: 4
    resources:
        mem_mb=memory(400, per_thread=300),
        runtime=600,
    params:
        **step("scripts/corpus/split_sentences.py"),
        flags=flags(model=CORPUS["sentences"]["model"]),
    message:
        "Splitting {wildcards.part} into sentences"
    shell:
        "{params.run} {input} -o {output.sentences} "
        "--ids {output.ids} {params.flags} --processes {threads} --log {log}"


rule find_contamination:
    input:
        sentences="results/corpus/sentences/{part}.txt.zst",
        ids="results/corpus/sentences/{part}.ids.zst",
        evaluation=lambda wildcards: [
            file
            for task in GLUE_TASKS
            for split in ("dev", "test")
            for file in glue_data(task, split)
        ],
    output:
        report="results/corpus/contamination/{part}.json",
        clean=CLEAN_FILES,
    log:
        "logs/corpus/find_contamination/{part}.log",
    wildcard_constraints:
        part=parts_of_kind("dump", "articles", "text"),
    conda:
        "../config/environment.yaml"
    threads: 4
    resources:
        mem_mb=memory(1000, per_thread=300),
        runtime=240,
    params:
        **step("scripts/corpus/find_contamination.py"),
        clean=lambda wildcards, output: flags(clean=(output.clean or [None])[0]),
    message:
        "Looking for texts of the evaluation in {wildcards.part}"
    shell:
        "{params.run} {input.sentences}"
        " --evaluation {input.evaluation} -o {output.report} {params.clean}"
        " --processes {threads} --log {log}"


rule report_contamination:
    input:
        expand("results/corpus/contamination/{part}.json", part=PARTS),
    output:
        "results/corpus/contamination.tsv",
    log:
        "logs/corpus/report_contamination.log",
    conda:
        "../config/environment.yaml"
    resources:
        mem_mb=memory(1000),
        runtime=30,
    params:
        **step("scripts/corpus/report_contamination.py"),
    message:
        "Reporting how much of the evaluation the corpus holds"
    shell:
        "{params.run} {input} -o {output} --log {log}"


rule sign_documents:
    input:
        sentences=f"{SENTENCES}/{{part}}.txt.zst",
    output:
        "results/corpus/signatures/{part}.npy",
    log:
        "logs/corpus/sign_documents/{part}.log",
    wildcard_constraints:
        part=parts_of_kind("dump", "articles", "text"),
    conda:
        "../config/environment.yaml"
    threads: 4
    resources:
        mem_mb=memory(600, per_thread=300),
        runtime=240,
    params:
        **step("scripts/corpus/sign_documents.py"),
    message:
        "Signing the documents of {wildcards.part}"
    shell:
        "{params.run} {input} -o {output}" " --processes {threads} --log {log}"


rule shard_corpus:
    input:
        sentences=[f"{SENTENCES}/{part}.txt.zst" for part in PARTS],
        ids=[f"{SENTENCES}/{part}.ids.zst" for part in PARTS],
        signatures=signatures(PARTS),
    output:
        train=TRAIN_SHARDS,
        validation=VALIDATION_SHARDS,
        statistics="results/corpus/shards/stats.json",
    log:
        "logs/corpus/shard_corpus.log",
    benchmark:
        "benchmarks/corpus/shard_corpus.tsv"
    conda:
        "../config/environment.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=240,
    params:
        **step("scripts/corpus/shard_corpus.py"),
        flags=flags(
            shards=CORPUS["shards"],
            validation_fraction=CORPUS["validation_fraction"],
            deduplicate=CORPUS["deduplicate"],
            seed=config["seed"],
        ),
        folder=lambda wildcards, output: folder_of([output.statistics]),
        signatures=lambda wildcards, input: (
            f"--signatures {input.signatures}" if input.signatures else ""
        ),
    message:
        "Distributing the corpus over shards"
    shell:
        "{params.run} {input.sentences} -o {params.folder} "
        "{params.flags} {params.signatures} --log {log}"
