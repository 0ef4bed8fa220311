import hashlib

from scripts.common.digest import file_digest, hash64, value_digest


def test_a_files_digest_is_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"some bytes")
    assert file_digest(tmp_path / "x") == hashlib.sha256(b"some bytes").hexdigest()


def test_the_order_of_keys_does_not_count_and_all_else_does():
    values = [{"a": 1, "b": [2]}, {"a": 1, "b": [3]}, {"a": "1", "b": [2]}, {"a": 1}]
    assert len({value_digest(value) for value in values}) == 4
    assert value_digest({"b": [2], "a": 1}) == value_digest(values[0])
    assert value_digest("é") == hashlib.sha256('"é"'.encode()).hexdigest()


def test_a_hash_is_the_same_everywhere_and_keeps_its_parts_apart():
    assert hash64("document", 7) == 14096178565634768818
    assert len({hash64("a", "b"), hash64("ab"), hash64("b", "a"), hash64("a", "b", "")}) == 4
    assert hash64(1, "2") == hash64("1", 2)
    assert all(0 <= hash64(number) < 2**64 for number in range(100))
    assert any(hash64(number) >= 2**63 for number in range(100))
