import json

from scripts.report.describe_corpus import rows


def write(folder, name, **values):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))
    return path


def test_sums_counts_over_parts_and_shards(tmp_path):
    extraction = [
        write(tmp_path, "a.json", pages=3, failed_pages=[{"id": "1"}]),
        write(tmp_path, "b.json", pages=4, failed_pages=[]),
    ]
    shards = write(tmp_path, "stats.json", documents=5, shards={"x": 1})
    examples = [
        write(
            tmp_path,
            f"seq128/{split}/{number}.json",
            examples=2,
            tokens=9,
            seq_length=128,
            share=0.5,
        )
        for split in ("train", "validation")
        for number in range(2)
    ]
    assert list(rows(extraction, shards, examples)) == [
        ("extract_articles", "pages", 7),
        ("shard_corpus", "documents", 5),
        ("build_examples (seq128, train)", "examples", 4),
        ("build_examples (seq128, train)", "tokens", 18),
        ("build_examples (seq128, validation)", "examples", 4),
        ("build_examples (seq128, validation)", "tokens", 18),
    ]
