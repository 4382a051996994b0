"""How a body is taken apart: by the quick reader, and by Python's where the quick one is too strict."""

import json
import random
import struct

import pytest

from leadwright.microsoft.answers import read_answer


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\\ud800"}', {"a": "\ud800"}),
        (b'{"a": "\\u0000"}', {"a": "\0"}),
        (b'{"x":' + b"[" * 300 + b"]" * 300 + b"}", json.loads("[" * 300 + "]" * 300)),
        (b'{"x":' + b"[" * 100_000, {}),
        (b'{"a": "\xff"}', {}),
        (b'{"a": 1', {}),
        (b"<html>", {}),
        (b"[1]", {}),
        (b"", {}),
    ],
)
def test_a_body_is_read_or_is_none(body: bytes, told: object) -> None:
    read = read_answer(200, {}, body)
    assert read.json == (told if isinstance(told, dict) else {"x": told})
    assert read.content == body


def test_numbers_are_read_as_python_reads_them() -> None:
    chance = random.Random(5)
    numbers = [struct.unpack("<d", chance.randbytes(8))[0] for _ in range(5_000)]
    numbers += [round(chance.uniform(0, 1e9), places) for places in range(8) for _ in range(200)]
    text = json.dumps({"n": [n for n in numbers if n == n], "i": [10**20, -(10**40), 2**63, 0, -0.0]})
    assert read_answer(200, {}, text.encode()).json == json.loads(text)
