"""What a file of examples says of itself: attributes, types, sizes, digest."""

import json
from dataclasses import replace

import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.examples.h5.schema import (
    content_digest,
    dataset_types,
    parse_header,
    position_type,
    sizes,
)
from tests.examples.made import HEADER, token_kinds


def test_a_header_survives_its_attributes():
    attributes = HEADER.attributes()
    assert list(attributes)[:4] == ["schema", "schema_version", "tokenizer_sha256", "vocab_size"]
    assert attributes["special_ids"] == '{"cls": 2, "mask": 4, "pad": 0, "sep": 3, "unk": 1}'
    assert parse_header(attributes, "a.h5") == HEADER
    # As h5py gives them.
    given = {
        k: v.encode() if isinstance(v, str) else np.array(v)[()] for k, v in attributes.items()
    }
    header = parse_header(given, "a.h5")
    assert header == HEADER
    assert [type(value) for value in vars(header).values()] == [
        type(value) for value in vars(HEADER).values()
    ]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("schema", "other", "not a file of examples (schema 'other')"),
        ("schema_version", 2, "examples of schema version 2, this program reads version 1; "),
        ("seed", None, "attribute seed is missing"),
        ("seed", "x", "attribute seed is not int"),
        ("mlm_probability", "x", "attribute mlm_probability is not float"),
        ("sources", "{}", "attribute sources is not list"),
        ("sources", "[", "attribute sources is not list"),
        ("special_ids", "[]", "attribute special_ids is not dict"),
        ("special_ids", 3, "attribute special_ids is not dict"),
        (
            "special_ids",
            json.dumps(dict.fromkeys(("pad", "unk", "cls", "sep"), 1)),
            "attribute special_ids lacks one of pad, unk, cls, sep, mask",
        ),
    ],
)
def test_what_is_no_header(name, value, message):
    attributes = HEADER.attributes() | {name: value}
    if value is None:
        del attributes[name]
    with pytest.raises(UserError) as caught:
        parse_header(attributes, "a.h5")
    assert str(caught.value).startswith(f"a.h5: {message}")


def test_types_are_as_small_as_the_vocabulary_and_the_length_allow():
    assert {k: v.str for k, v in dataset_types(HEADER).items()} == {
        "token_kinds": "|u1",
        "tokens": "<u2",
        "offsets": "<i8",
        "segment_b": "<u2",
        "next_sentence": "|i1",
    }
    static = replace(HEADER, masking="static", vocab_size=65_537, seq_length=65_536)
    assert {k: v.str for k, v in dataset_types(static).items() if k.startswith("mask")} == {
        "mask_offsets": "<i8",
        "mask_positions": "<u4",
        "mask_ids": "<u4",
    }
    assert dataset_types(replace(HEADER, vocab_size=65_536))["tokens"].str == "<u2"
    assert position_type(65_535).str == "<u2"


def test_how_examples_are_masked():
    header = replace(HEADER, mlm_probability=0.2, max_predictions=7, whole_word=True)
    kinds = token_kinds()
    masking = header.procedure(kinds)
    assert masking.kinds is kinds
    assert masking.mask_id == 4
    assert (masking.probability, masking.max_predictions, masking.whole_word) == (0.2, 7, True)
    assert masking.drawable.tolist() == list(range(5, 100))


def test_sizes():
    assert sizes(3, 30, 16) == {"examples": 3, "tokens": 30, "padding": 18, "padding_share": 0.375}
    assert sizes(0, 0, 16)["padding_share"] == 1
    assert sizes(1, 1, 3)["padding_share"] == 0.666667


def test_the_digest_is_of_the_header_and_all_arrays():
    digests = dict.fromkeys(dataset_types(HEADER), "0" * 64)
    digest = content_digest(HEADER, digests)
    assert digest.startswith("fafd03e0250b5ffb")
    assert content_digest(replace(HEADER, seed=8), digests) != digest
    for name in digests:
        assert content_digest(HEADER, digests | {name: "1" * 64}) != digest
