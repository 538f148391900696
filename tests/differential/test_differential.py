# SPDX-License-Identifier: Apache-2.0
"""The short form of ./x differential, and the proof that it can fail."""

import json
import os
import pathlib

import pytest

import differential
import excluded

BUILD = pathlib.Path(os.environ.get("NSL_BUILD", differential.ROOT / "build" / "release"))


@pytest.mark.parametrize("kind", differential.KINDS)
def test_the_libraries_agree(kind):
    made = differential.run(BUILD, {kind: 2 if kind == "nep2" else 300}, seed=7)
    assert not made.differences, json.dumps(made.differences[0])[:3000]
    # Somebody was asked: a kind that everybody leaves out proves nothing.
    assert sum(n for (k, _), n in made.compared.items() if k == kind) > 0


@pytest.mark.parametrize("kind", differential.KINDS)
def test_one_byte_that_differs_is_found(kind):
    flipped = []

    def flip(questions, answers):
        for question, answer in zip(questions, answers):
            asked = any(excluded.trap_of(question, s) is None for s in ("neon", "mamba"))
            if flipped or not asked or "answer" not in answer:
                continue
            name = "script" if "script" in answer["answer"] else next(iter(answer["answer"]))
            text = str(answer["answer"][name])
            answer["answer"][name] = text[:-1] + ("0" if text[-1:] != "0" else "1")
            flipped.append(question)

    made = differential.run(BUILD, {kind: 2 if kind == "nep2" else 20}, seed=7, flip=flip)
    assert flipped and {json.dumps(d["question"]) for d in made.differences} == {
        json.dumps(flipped[0])}


def test_every_exclusion_names_a_kind_and_a_trap():
    for kind, side, _, trap in excluded.EXCLUDED:
        assert kind in [*differential.KINDS, "verify"] and side in ("neon", "mamba") and len(trap) > 20
    assert all(kind in differential.KINDS for kind, _ in excluded.ADJUSTED)
