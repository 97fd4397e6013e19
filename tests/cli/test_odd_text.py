"""Odd text in any place is echoed as it was typed, and every suggested command can be pasted."""

import shlex

import pytest
from typed import NOISY, ODD, TINY, suggested


def test_folders_are_echoed_as_they_were_typed_and_every_suggested_command_can_be_pasted(quiescent):
    code, out, err = quiescent("train", NOISY, "seed=0", *TINY, "--out", ODD)
    assert (code, err) == (0, "")
    assert suggested(out) == [["measure", "kl", ODD]]
    code, out, _ = quiescent("train", NOISY, "seed=0", *TINY, "--out", ODD)
    assert (code, f"Already finished: {ODD}" in out) == (0, True)
    (row,) = [line for line in quiescent("runs", ".")[1].splitlines() if "finished" in line]
    assert shlex.split(row)[0] == ODD
    code, out, err = quiescent("measure", "distance", shlex.split(row)[0])
    assert (code, err) == (0, "")
    assert ["draw", "summary", ODD] in suggested(out)
    (command,) = suggested(quiescent("measure", "validity", ODD)[1])[:1]
    code, out, err = quiescent(*command)
    assert (code, err) == (0, "")
    assert out.splitlines() == [f"{ODD}/figures/validity.{kind}" for kind in ("png", "pdf")]
    assert quiescent("draw", "loss", ODD, "--out", f"{ODD}.png")[1] == f"{ODD}.png\n"
    code, out, err = quiescent("watch", ODD, "--weights", "float32")
    assert (code, err) == (0, "")
    assert out.startswith(f"{ODD}/watch.html: ")


def test_sweeps_and_plots_echo_folders_as_they_were_typed(quiescent):
    words = [NOISY, "seed=0", *TINY, "network.tau=1,2", "--measures", "distance", "--out", ODD, "--jobs", "1"]
    code, out, err = quiescent("sweep", *words)
    assert (code, err) == (0, "")
    assert f"Numbers: {shlex.quote(ODD)}" in out or f"Numbers: {ODD}" in out
    (command,) = suggested(out)
    assert command == ["plot", ODD, "distance", "network.tau"]
    code, out, err = quiescent(*command)
    assert (code, err, out) == (0, "", f"{ODD}/figures/distance_against_network.tau.png\n")
    code, out, err = quiescent("sweep", *words, "--dry-run")
    assert (code, err) == (0, "")
    assert ODD in out or shlex.quote(ODD) in out


@pytest.mark.parametrize(
    "words",
    [
        ["runs", ODD],
        ["measure", "kl", ODD],
        ["draw", "loss", ODD],
        ["watch", ODD],
        ["plot", ODD, "kl", "network.units"],
        ["train", ODD],
        ["train", f"{ODD}.yaml"],
        ["train", "recorded/sargolini", f"task.path={ODD}.csv"],
        ["train", NOISY, *TINY, f"network.tau={ODD}"],
        ["sweep", ODD],
        ["paper", "--scale", "small", "--seeds", "0", "--no-train", "--out", ODD],
        ["paper", "--seeds", ODD],
        ["sweep", NOISY, "--on", ODD],
        [ODD],
        ["train", f"--{ODD}"],
        ["watch", NOISY, "--weights", ODD],
    ],
)
def test_odd_text_in_any_place_ends_in_an_answer_or_a_clear_error_that_repeats_it(quiescent, words):
    code, out, err = quiescent(*words)
    assert code in (0, 2)
    assert "Traceback" not in err
    if words[0] != "paper" or "--no-train" not in words:
        assert ODD in " ".join(word.strip("│╭╰╮╯─ ") for word in (out + err).split("\n"))


def test_a_run_that_is_missing_comes_with_the_command_that_trains_it(quiescent):
    words = [NOISY, "task.anchor_point=[0, 1]", "seed=3"]
    code, _, err = quiescent("measure", "kl", *words)
    assert (code, suggested(err)) == (2, [["train", *words]])
    (command,) = suggested(quiescent("runs")[1])
    assert command == ["train", NOISY, "seed=0"]
    assert quiescent(*command, "--show")[0] == 0
