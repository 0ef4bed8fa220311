import pytest

from scripts.common.errors import UserError
from scripts.common.text import read_lines
from scripts.glue.collect_evaluation import collect_evaluation


def test_a_line_a_cell_with_its_task_and_split_and_no_parse_tree(tmp_path):
    (tmp_path / "RTE").mkdir()
    file = tmp_path / "RTE" / "dev.tsv"
    file.write_bytes("\ufeffindex\tsentence\n0\tÉté (1).\t(ROOT (x))\t( ( y ) )\r\n1\t\n".encode())
    other = tmp_path / "AX.tsv"
    other.write_text("x")
    assert collect_evaluation([file, other], tmp_path / "texts.tsv.zst") == 8
    assert list(read_lines(tmp_path / "texts.tsv.zst")) == [
        "RTE/dev\tindex",
        "RTE/dev\tsentence",
        "RTE/dev\t0",
        "RTE/dev\tÉté (1).",
        "RTE/dev\t1",
        "RTE/dev\t",
        "RTE/dev\t",
        f"{tmp_path.name}/AX\tx",
    ]


def test_a_file_that_is_not_utf8_is_an_error(tmp_path):
    (tmp_path / "dev.tsv").write_bytes(b"a\tb\xff\n")
    with pytest.raises(UserError, match=r"dev\.tsv: line 1 is not UTF-8"):
        collect_evaluation([tmp_path / "dev.tsv"], tmp_path / "texts.tsv.zst")
