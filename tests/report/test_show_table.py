from scripts.report.show_table import aligned


def test_words_stand_left_and_figures_right():
    rows = [["task", "median", "note"], ["CoLA", "1.5", ""], ["SST-2", "81.25", "best"], ["x", "1"]]
    assert aligned(rows) == [
        "task   median  note",
        "CoLA      1.5",
        "SST-2   81.25  best",
        "x           1",
    ]
