"""Configurations: the published table, two spellings of one setting, and errors that help."""

import contextlib
import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiescent.config.load import keys, load_config, parse, task_noise
from quiescent.config.named import names, read_named
from quiescent.config.naming import label, overrides_of
from quiescent.config.schema import Config
from quiescent.config.words import ALIASES, parse_words, split_words
from quiescent.errors import QuiescentError

NOISY = "spatial_navigation/noisy_unbiased"
TABLE = """
spatial_navigation/noisy_unbiased      vanilla  512  0.2  relu  1e-4  no   100  2500
spatial_navigation/noisy_biased        vanilla  512  0.2  relu  1e-4  yes  100  2500
spatial_navigation/no-noise_unbiased   vanilla  512  0.2  relu  0     no   100  2500
spatial_navigation/no-noise_biased     vanilla  512  0.2  relu  0     yes  100  2500
spatial_navigation/noisy_unbiased_gru  gru      512  0.2  tanh  1e-4  no   100  2500
spatial_navigation/noisy_biased_gru    gru      512  0.2  tanh  1e-4  yes  100  2500
spatial_navigation/sorscher_2019       vanilla  512  1.0  relu  0     no   50   2500
head_direction/noisy_unbiased          vanilla  128  0.5  relu  1e-2  no   100  20000
head_direction/noisy_biased            vanilla  128  0.5  relu  1e-2  yes  100  20000
head_direction/no-noise_unbiased       vanilla  128  0.5  relu  0     no   100  20000
head_direction/no-noise_biased         vanilla  128  0.5  relu  0     yes  100  20000
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_configurations_are_those_of_the_paper(row):
    name, kind, units, step, activation, sigma2, biased, steps, batches = row.split()
    config = load_config(name)
    network, task, training = config.network, config.task, config.training
    assert (network.kind, network.units, network.activation) == (kind, int(units), activation)
    assert network.dt / network.tau == float(step)
    assert (network.sigma2_rec, network.sigma2_in, network.sigma2_out) == (float(sigma2), 0, 0)
    assert (network.bias, network.noise) == (False, "gaussian")
    assert (task.biased, task.steps, task.dt) == (biased == "yes", int(steps), 0.02)
    assert (training.batches, training.batch_size, training.learning_rate) == (int(batches), 200, 1e-3)
    assert (training.weight_decay, training.test_every, training.save_every) == (0, 100, 100)


def test_the_setting_of_sorscher_is_that_of_their_paper_and_code():
    config = load_config("spatial_navigation/sorscher_2019_grid")
    network, task, training = config.network, config.task, config.training
    assert (network.kind, network.units, network.activation, network.dt / network.tau) == ("vanilla", 4096, "relu", 1)
    assert (network.bias, network.sigma2_in, network.sigma2_rec, network.sigma2_out) == (False, 0, 0, 0)
    assert (task.steps, task.dt, task.box_width, task.box_height, task.biased) == (20, 0.02, 2.2, 2.2, False)
    assert (task.speed_scale, task.turn_std) == (pytest.approx(0.13 * 2 * math.pi), 2 * 5.76)
    cells = task.place_cells
    assert (cells.number, cells.width, cells.dog, cells.surround_scale, cells.decode_from) == (512, 0.12, True, 2, 3)
    assert (training.loss, training.batches, training.batch_size) == ("cross_entropy", 100_000, 200)
    assert (training.learning_rate, training.weight_decay_of, training.weight_decay) == (1e-4, "recurrent", 2 * 1e-4)


def test_settings_that_tables_show_are_written_in_every_configuration():
    for name in names():
        written, config = read_named(name), load_config(name)
        assert written["task"]["steps"] == config.task.steps
        assert written["training"]["batches"] == config.training.batches
        assert {key: written["network"][key] for key in ("kind", "units", "dt", "tau", "sigma2_rec")}.items() <= (
            config.network.model_dump().items()
        )


def test_every_configuration_loads_and_every_task_has_a_noise_level_of_its_own():
    assert {"recorded/sargolini", "recorded/tanni"} < set(names())
    for name in names():
        config = load_config(name)
        noisy = task_noise(config)
        assert noisy == {"spatial_navigation": 1e-4, "head_direction": 1e-2}.get(config.task.name, noisy)
        assert config.network.sigma2_rec in (0, noisy)


def test_the_values_of_the_authors_code_under_its_names_change_nothing():
    network = "rnn.model=vanilla rnn.n_rec=512 rnn.activation_fn=relu rnn.bias=false rnn.dt=0.2 rnn.tau=1"
    noise = "rnn.sigma2_in=0 rnn.sigma2_rec=1e-4 rnn.sigma2_out=0"
    trainer = "trainer.n_epochs=2500 trainer.lr=1e-3 trainer.weight_decay=0 trainer.test_freq=100 trainer.save_freq=100"
    walk = f"task.batch_size=200 task.sequence_length=100 task.mu=0 task.sigma=11.52 task.b={0.26 * math.pi!r}"
    cells = "task.place_cells_num=512 task.place_cells_sigma=0.2 task.place_cells_surround_scale=2"
    words = " ".join([network, noise, trainer, walk, cells]).split()
    assert load_config(NOISY, *words) == load_config(NOISY)


def test_a_word_means_the_same_every_time_it_is_read():
    words = ("network={units: 8}", "network.tau=2")
    first, again = (parse_words(words)[0] for _ in range(2))
    assert first == again == {"network": {"units": 8, "tau": 2}}


@pytest.mark.parametrize(("alias", "key"), ALIASES.items())
def test_names_of_the_authors_code_mean_the_same(alias, key):
    name = NOISY if key in keys("spatial_navigation") else "head_direction/noisy_unbiased"
    value = {"kind": "gru", "bias": "true", "activation": "tanh", "dog": "true", "dt": "0.15"}.get(
        key.split(".")[-1], "7"
    )
    config = load_config(name, f"{alias}={value}")
    assert config == load_config(name, f"{key}={value}")
    assert config != load_config(name)
    with pytest.raises(QuiescentError, match=f"'{key}' is given as '{alias}' and as '{key}'"):
        load_config(name, f"{alias}={value}", f"{key}={value}")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("network.sigma2_rec=-1", r"network.sigma2_rec=-1: must be >= 0 \(a variance\). In: key=value word 1."),
        ("network.sigma2_rec=nan", "must be a finite number"),
        ("network.sigma_rec=1", "unknown key 'network.sigma_rec'. Did you mean 'network.sigma2_rec'?"),
        ("trainer.n_epoch=1", "Did you mean 'trainer.n_epochs'?"),
        ("network.units=ten", "network.units=ten: must be a valid integer"),
        ("network.units=2.5", "network.units=2.5: must be a valid integer"),
        ("network.kind=lstm", "must be one of vanilla, gru"),
        ("network.activation=elu", "must be 'relu', 'tanh', 'sigmoid' or 'identity'"),
        ("network.dt=3", "dt=3 must not be larger than tau=1"),
        ("task.place_cells.number=0", "must be a whole number >= 1"),
        ("task.place_cells.decode_from=600", "decode_from=600 needs as many cells"),
        ("task.dt=0", "task.dt=0: must be > 0"),
        ("training.batches=0", "must be a whole number >= 1"),
        ("task.name=maze", "task.name: must be one of spatial_navigation, head_direction, recorded"),
        ("seed=-1", "must be a whole number >= 0"),
        ("seed=1,1", "must not name a seed twice"),
        ("seed=true", "must be a whole number >= 0"),
        ("seed.x=1", "seed"),
        ("network=5", "network=5"),
        ("units", "not of the form key=value"),
        ("network.units=[", "cannot be read as a YAML value"),
        ("path=here", "the folder is given by --out"),
        ("rnn.n_in=2", "follows from the task"),
    ],
)
def test_a_bad_word_is_one_clear_error(word, message):
    with pytest.raises(QuiescentError) as caught:
        load_config(NOISY, word)
    assert re.search(message.replace("?", r"\?"), str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("task=[1]", "task"),
        ("task.name=[1]", "task.name"),
        (r"network.units=\${", "network.units"),
        ("network.units=???", "network.units"),
        ("network.units=true", "network.units"),
        ("network.sigma2_rec=true", "network.sigma2_rec"),
        ("name=mine", "name"),
        # A surround as wide as the centre, or a single cell, leaves a difference of zero, and its sum divides.
        ("task.place_cells.dog=true task.place_cells.surround_scale=1", "surround_scale"),
        ("task.place_cells.dog=true task.place_cells.number=1 task.place_cells.decode_from=1", "number"),
    ],
)
def test_words_that_no_network_could_be_trained_with_are_refused(words, named):
    with pytest.raises(QuiescentError, match=re.escape(named)):
        load_config(NOISY, *words.split(" "))


def test_all_problems_are_told_at_once():
    with pytest.raises(QuiescentError) as caught:
        load_config(NOISY, "network.units=0", "seed=x", "network.sigma=1", "task.steps=1")
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert {re.search(r"word (\d)", line)[1] for line in lines} == {"1", "2", "3"}


def test_own_yaml_files_inherit_and_are_checked(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("base: spatial_navigation/noisy_biased\nnetwork:\n  units: 64\n")
    config = load_config(str(path), "training.batches=3")
    assert (config.network.units, config.task.biased, config.training.batches) == (64, True, 3)
    for text, message in (
        ("base: nothing/here\n", "no configuration named 'nothing/here'"),
        (f"base: {path}\n", "must name another configuration"),
        ("- 1\n", "must hold `key: value` lines"),
        ("a: [\n", "is not valid YAML"),
        ("base: spatial_navigation/base\nnetwork:\n  unit: 3\n", "Did you mean 'network.units'"),
    ):
        path.write_text(text)
        with pytest.raises(QuiescentError, match=message):
            load_config(str(path))


@pytest.mark.parametrize(
    "path", ["1e3.csv", "yes", "a: b.csv", "[x].csv", "null", "~", "${x}.csv", "{a", "'a'.csv", "1"]
)
def test_a_path_is_taken_letter_by_letter(path):
    assert load_config("recorded/sargolini", f"task.path={path}").task.path == path


@pytest.mark.parametrize(
    "word", ["task.path=", "task.path=  ", "task={path: null}", "task={path: }", "task={path: ''}"]
)
def test_an_empty_path_in_a_word_is_an_error_and_never_another_animal(word):
    with pytest.raises(QuiescentError, match=r"^task.path: must name a file, but is empty. In: key=value word 2.$"):
        load_config("recorded/sargolini", "seed=0", word)


@pytest.mark.parametrize("value", ["", "null", "~", "''", "' '"])
def test_an_empty_path_in_a_file_is_an_error_and_never_another_animal(tmp_path, value):
    path = tmp_path / "mine.yaml"
    for base in ("base: recorded/sargolini\ntask:\n", "base: recorded/base\ntask:\n  source: tanni\n"):
        path.write_text(f"{base}  path: {value}\n")
        with pytest.raises(QuiescentError, match=f"^task.path: must name a file, but is empty. In: {path}.$"):
            load_config(str(path))
        assert load_config(str(path), "task.path=rat.csv").task.path == "rat.csv"


@pytest.mark.parametrize("name", ["recorded/sargolini", NOISY])
def test_a_written_configuration_can_be_given_as_a_file(tmp_path, name):
    path = tmp_path / "mine.yaml"
    path.write_text(load_config(name, "network.units=64").to_yaml())
    assert load_config(str(path)) == load_config(name, "network.units=64")


def test_words_are_split_into_names_and_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = [f"config={NOISY}", "runs/a+network.units=64", "seed=0,1", "config=a=b"]
    assert split_words(words) == ((NOISY, "a=b"), ("runs/a+network.units=64", "seed=0,1"))
    Path("runs/a+network.units=64").mkdir(parents=True)
    assert split_words(words, files=True) == ((NOISY, "runs/a+network.units=64", "a=b"), ("seed=0,1",))
    assert split_words([]) == ((), ())


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(names()),
    seeds=st.lists(st.integers(0, 2**31), min_size=1, max_size=4, unique=True),
    units=st.integers(1, 4096),
    sigma2=st.floats(0, 10),
    rate=st.floats(1e-8, 1, exclude_min=True),
    noise=st.sampled_from(["gaussian", "uniform"]),
)
def test_a_written_configuration_reads_back_equal(name, seeds, units, sigma2, rate, noise):
    config = load_config(
        name,
        "seed=" + ",".join(map(str, seeds)),
        f"network.units={units}",
        f"network.sigma2_rec={sigma2!r}",
        f"training.learning_rate={rate!r}",
        f"network.noise={noise}",
    )
    assert parse(config.to_yaml(), "test") == config
    assert re.fullmatch(r"[\w.,=+-]+/[\w.,=+-]+", label(config))
    assert len(label(config)) < 200
    named = load_config(name)
    given = {
        "network.units": (units, named.network.units),
        "network.sigma2_rec": (sigma2, named.network.sigma2_rec),
        "training.learning_rate": (rate, named.training.learning_rate),
        "network.noise": (noise, named.network.noise),
    }
    assert overrides_of(config) == {key: new for key, (new, old) in given.items() if new != old}


@pytest.mark.parametrize("path", ["mine.yaml", "../mine.yaml", "a/../../mine.yaml"])
def test_runs_of_an_own_file_lie_below_the_folder_of_runs(tmp_path, monkeypatch, path):
    (tmp_path / "here" / "a").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    Path(path).write_text("base: spatial_navigation/base\n")
    folder = (Path("runs") / label(load_config(path, "task.anchor_point=[1,2]"))).resolve()
    assert folder.is_relative_to(Path("runs").resolve())
    assert re.fullmatch(r"[\w.,=+-]+", folder.name)


KEYS = sorted({*keys("spatial_navigation"), *keys("recorded"), *ALIASES, "name", "task", "network", "base"})
VALUES = ["[1]", "[[1]]", "{a: 1}", "{1: 2}", "{name: [1]}", "null", "???", "true", "${seed}", r"\${", "${x", "1e400"]
MISSPELT = st.builds(lambda key, at: key[:at] + key[at + 1 :], st.sampled_from(KEYS), st.integers(0, 30))


def pairs(key):
    value = st.one_of(st.sampled_from(VALUES), st.text(max_size=10), st.integers(), st.floats())
    return st.lists(st.builds("{}={}".format, key, value), max_size=3, unique_by=lambda word: word.partition("=")[0])


@settings(max_examples=150, deadline=None)
@given(words=st.one_of(pairs(st.sampled_from(KEYS)), pairs(MISSPELT), st.lists(st.text(max_size=20), max_size=3)))
def test_no_words_whatever_end_in_anything_but_a_configuration_or_a_clear_error(words):
    with contextlib.suppress(QuiescentError):
        assert isinstance(load_config(NOISY, *words), Config)
