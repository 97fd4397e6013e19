"""Bad input is one clear line with exit code 2, and nothing is lost or left behind."""

from pathlib import Path

import pytest
from typed import NOISY, TINY, files


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["train", NOISY, "network.sigma_rec=1"],
            "unknown key 'network.sigma_rec'. Did you mean 'network.sigma2_rec'?",
        ),
        (["train", NOISY, "seed=0", "network.sigma2_rec=-1"], "network.sigma2_rec=-1: must be >= 0 (a variance)."),
        (["train", NOISY, "seed=0", "network.sigma2_rec=-1"], "In: key=value word 2."),
        (["train", NOISY, "task.place_cells.number=0"], "task.place_cells.number=0: must be a whole number >= 1"),
        (["train", NOISY, "task.place_cells.number=2"], "decode_from=3 needs as many cells"),
        (["train", NOISY, "network.dt=2"], "dt=2 must not be larger than tau=1"),
        (["train", NOISY, "rnn.n_rec=4", "network.units=5"], "'network.units' is given as 'rnn.n_rec' and as"),
        (["train", NOISY, "path=x"], "the folder is given by --out"),
        (["train", "spatial_navigation/noisy"], "Did you mean 'spatial_navigation/noisy_biased'?"),
        (["train", NOISY, "head_direction/noisy_biased"], "give one configuration"),
        (["train", "seed=0"], "give one configuration"),
        (["train", "missing.yaml"], "cannot read the configuration missing.yaml"),
        (["train", NOISY, "--device", "nowhere"], "device=nowhere: cannot be used here"),
        (["measure", "kl", NOISY], f"Train it: quiescent train {NOISY}"),
        (["measure", "kl", "seed=0"], "which runs?"),
        (["measure", "length", NOISY], f"no runs in runs/{NOISY}"),
        (["draw", "loss", "nowhere/at_all"], "no configuration named 'nowhere/at_all'"),
        (["watch", NOISY], f"Train it: quiescent train {NOISY}"),
        (["train", "recorded/sargolini", "task.path=missing.csv"], "task.path=missing.csv: cannot be read"),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_nothing_behind(quiescent, words, message):
    code, _, err = quiescent(*words)
    assert code == 2
    assert message in err
    assert err.startswith("quiescent: ")
    assert err.count("\n") == 1
    assert files() == []


def test_bad_input_with_runs_in_place_loses_nothing(quiescent):
    assert quiescent("train", NOISY, *TINY, "--out", "here")[0] == 0
    before = {path: Path(path).read_bytes() for path in files()}
    for words, message in [
        (["train", NOISY, *TINY, "network.tau=2", "--out", "here"], "network.tau: 1.0 -> 2.0"),
        (["measure", "length", "here"], "no measure named 'length'."),
        (["measure", "kl", "here", "--noise", "loud"], "noise=loud: must be scaled, same, absolute, or a number >= 0"),
        (["draw", "pace", "here"], "no figure named 'pace'."),
        (["measure", "kl", "here", "--sigma2", "-1"], "sigma2=-1: must be >= 0"),
        (["measure", "kl", "here", "seed=0,7"], "no run of seed 7 in here"),
        (["draw", "loss", "here", "--out", "loss.gif"], "must end in .png, .pdf or .svg"),
        (["watch", "here", "--out", "watch.txt"], "watch.txt: a page's name must end in .html"),
        (["watch", "here", "seed=7"], "no run of seed 7 in here"),
        (["train", NOISY, *TINY, "--out", "here/seed_0/config.yaml/below"], "cannot write here/seed_0/config.yaml"),
    ]:
        code, _, err = quiescent(*words)
        assert (code, message in err, err.count("\n")) == (2, True, 1), err
    assert {path: Path(path).read_bytes() for path in files()} == before


def test_damaged_checkpoint_is_named_and_an_unfinished_run_too(quiescent):
    assert quiescent("train", NOISY, *TINY, "--out", "here")[0] == 0
    newest = Path("here/seed_0/checkpoints/batch_000000006.safetensors")
    newest.write_bytes(newest.read_bytes()[:100])
    code, _, err = quiescent("measure", "kl", "here")
    assert code == 2
    assert f"{newest} is damaged" in err
    newest.unlink()
    code, _, err = quiescent("measure", "kl", "here")
    assert (code, "3 of 6 batches" in err) == (2, True)
    assert quiescent("train", NOISY, *TINY, "--out", "here", "--no-resume")[0] == 2
    assert quiescent("train", NOISY, *TINY, "--out", "here")[0] == 0
    assert newest.exists()
