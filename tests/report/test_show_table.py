import sys

from scripts.report.show_table import aligned, main


def test_words_stand_left_and_figures_right():
    rows = [["task", "median", "note"], ["CoLA", "1.5", ""], ["SST-2", "81.25", "best"], ["x", "1"]]
    assert aligned(rows) == [
        "task   median  note",
        "CoLA      1.5",
        "SST-2   81.25  best",
        "x           1",
    ]


def test_prints_a_file(tmp_path, capsys, monkeypatch):
    (tmp_path / "t.tsv").write_text("a\tb\nxyz\t10\n")
    monkeypatch.setattr(sys, "argv", ["show_table", str(tmp_path / "t.tsv")])
    main()
    assert capsys.readouterr().out == "a     b\nxyz  10\n"
