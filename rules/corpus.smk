rule download_dump:
    output:
        passing(f"{DUMPS}/{{file}}"),
    log:
        "logs/corpus/download_dump/{file}.log",
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
        "{params.run} {wildcards.file:q} -o {output:q} {params.flags} "
        "{params.mirror} --log {log:q}"


rule extract_articles:
    input:
        part_files,
    output:
        articles=passing("results/corpus/articles/{part}.jsonl.zst"),
        statistics="results/corpus/articles/{part}.json",
    log:
        "logs/corpus/extract_articles/{part}.log",
    benchmark:
        "benchmarks/corpus/extract_articles/{part}.tsv"
    wildcard_constraints:
        part=parts_of_kind("dump"),
    threads: 4
    resources:
        mem_mb=memory(100, per_thread=60),
        runtime=minutes(1440),
    params:
        **step("scripts/corpus/extract_articles.py"),
        given=given(part_files),
        flags=lambda wildcards: flags(**CORPUS["extract"], **PARTS[wildcards.part].cut),
    message:
        "Extracting the articles of {wildcards.part}"
    shell:
        "{params.run} {input:q} -o {output.articles:q} "
        "--statistics {output.statistics:q} {params.flags} --processes {threads} --log {log:q}"


rule collect_text:
    input:
        part_files,
    output:
        passing("results/corpus/articles/{part}.jsonl.zst"),
    log:
        "logs/corpus/collect_text/{part}.log",
    wildcard_constraints:
        part=parts_of_kind("text"),
    resources:
        mem_mb=memory(500),
        runtime=minutes(1440),
    params:
        **step("scripts/corpus/collect_text.py"),
        given=given(part_files),
        files=handed_over(lambda input: input),
        flags=lambda wildcards: flags(
            **section_of(collect_text.Settings, CORPUS["text"]),
            base=PARTS[wildcards.part].base,
            **PARTS[wildcards.part].cut,
        ),
    message:
        "Collecting the documents of {wildcards.part}"
    shell:
        "{params.run} {params.files} -o {output:q} {params.flags} --log {log:q}"


rule split_sentences:
    input:
        articles_of,
    output:
        sentences=passing("results/corpus/sentences/{part}.txt.zst"),
        ids=passing("results/corpus/sentences/{part}.ids.zst"),
    log:
        "logs/corpus/split_sentences/{part}.log",
    benchmark:
        "benchmarks/corpus/split_sentences/{part}.tsv"
    threads: 4
    resources:
        mem_mb=memory(300, per_thread=120),
        runtime=minutes(1440),
    params:
        **step("scripts/corpus/split_sentences.py"),
        given=given(articles_of),
        files=handed_over(lambda input: input),
        flags=lambda wildcards: flags(
            **CORPUS["sentences"],
            may_be_empty=bool(PARTS[wildcards.part].cut) or None,
            **(PARTS[wildcards.part].cut if PARTS[wildcards.part].kind == "articles" else {}),
        ),
    message:
        "Splitting {wildcards.part} into sentences"
    shell:
        "{params.run} {params.files} -o {output.sentences:q} "
        "{params.flags} --processes {threads} --log {log:q}"


rule find_contamination:
    input:
        sentences=rules.split_sentences.output.sentences,
        ids=rules.split_sentences.output.ids,
        evaluation=EVALUATION_TEXTS,
    output:
        report="results/corpus/contamination/{part}.json",
        clean=passing(list(PART_FILES.values())) if CORPUS["decontaminate"] else [],
    log:
        "logs/corpus/find_contamination/{part}.log",
    threads: 4
    resources:
        mem_mb=memory(400, per_thread=120),
        runtime=minutes(1440),
    params:
        **step("scripts/corpus/find_contamination.py"),
        clean=lambda wildcards, output: flags(clean=(output.clean or [None])[0]),
    message:
        "Looking for texts of the evaluation in {wildcards.part}"
    shell:
        "{params.run} {input.sentences:q}"
        " --evaluation {input.evaluation:q} -o {output.report:q} {params.clean}"
        " --processes {threads} --log {log:q}"


rule report_contamination:
    input:
        expand("results/corpus/contamination/{part}.json", part=PARTS),
    output:
        "results/corpus/contamination.tsv",
    log:
        "logs/corpus/report_contamination.log",
    resources:
        mem_mb=memory(1000),
        runtime=30,
    params:
        **step("scripts/corpus/report_contamination.py"),
        files=handed_over(lambda input: input),
    message:
        "Reporting how much of the evaluation the corpus holds"
    shell:
        "{params.run} {params.files} -o {output:q} --log {log:q}"


rule sign_documents:
    input:
        PART_FILES["sentences"],
    output:
        passing("results/corpus/signatures/{part}.npy"),
    log:
        "logs/corpus/sign_documents/{part}.log",
    threads: 4
    resources:
        mem_mb=memory(200, per_thread=60),
        runtime=minutes(1440),
    params:
        **step("scripts/corpus/sign_documents.py"),
        flags=flags(**CORPUS["near"]),
    message:
        "Signing the documents of {wildcards.part}"
    shell:
        "{params.run} {input:q} -o {output:q} {params.flags} --processes {threads} --log {log:q}"


rule assign_documents:
    input:
        ids=expand(PART_FILES["ids"], part=PARTS),
        signatures=expand("results/corpus/signatures/{part}.npy", part=PARTS if BANDS else []),
    output:
        assigned=expand("results/corpus/assigned/{part}.npy.zst", part=PARTS),
        statistics="results/corpus/shards/stats.json",
    log:
        "logs/corpus/assign_documents.log",
    benchmark:
        "benchmarks/corpus/assign_documents.tsv"
    resources:
        mem_mb=memory(300 + corpus_text() / 1e9 * (100 + 5 * BANDS)),
        runtime=minutes(240, share=0.02),
    params:
        **step("scripts/corpus/assign_documents.py"),
        flags=flags(**SHARDING),
        folder=lambda wildcards, output: folder_of(output.assigned),
        files=handed_over(
            lambda input: [*input.ids, *(["--signatures", *input.signatures] if BANDS else [])]
        ),
    message:
        "Assigning the documents to shards"
    shell:
        "{params.run} {params.files} -o {params.folder} "
        "--statistics {output.statistics:q} {params.flags} --log {log:q}"


rule place_documents:
    input:
        sentences=PART_FILES["sentences"],
        assigned="results/corpus/assigned/{part}.npy.zst",
    output:
        placed=passing("results/corpus/placed/{part}.zst"),
        index=passing("results/corpus/placed/{part}.npy.zst"),
    log:
        "logs/corpus/place_documents/{part}.log",
    benchmark:
        "benchmarks/corpus/place_documents/{part}.tsv"
    resources:
        mem_mb=memory(500),
        runtime=minutes(240),
    params:
        **step("scripts/corpus/place_documents.py"),
    message:
        "Bringing the documents of {wildcards.part} into the order of the shards"
    shell:
        "{params.run} {input.sentences:q} --assigned {input.assigned:q}"
        " -o {output.placed:q} --log {log:q}"


rule shard_corpus:
    input:
        placed=expand("results/corpus/placed/{part}.zst", part=PARTS),
        index=expand("results/corpus/placed/{part}.npy.zst", part=PARTS),
    output:
        SHARDS,
    log:
        "logs/corpus/shard_corpus.log",
    benchmark:
        "benchmarks/corpus/shard_corpus.tsv"
    resources:
        mem_mb=memory(500),
        runtime=minutes(240, share=0.05),
    params:
        **step("scripts/corpus/shard_corpus.py"),
        flags=flags(shards=SHARDING["shards"], validation_fraction=SHARDING["validation_fraction"]),
        folder=lambda wildcards, output: folder_of([Path(output[0]).parent]),
        files=handed_over(lambda input: input.placed),
    message:
        "Putting the shards together"
    shell:
        "{params.run} {params.files} -o {params.folder} {params.flags} --log {log:q}"
