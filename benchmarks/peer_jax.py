"""The same training batch in JAX: jit, `lax.scan`, optax, donated buffers. A program of its own; see `contest`.

Inputs meet their weights in one product outside of the scan, and so do states those of the read-out; noise is drawn
inside, where it is needed (a fifth faster than all at once). Unrolling the scan, other random numbers (`rbg`), the
gradient of the recurrent weights as one product over all steps, and bfloat16 factors were no faster on a CPU.
"""

import sys
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from taking_turns import problem, take_turns


def main(folder: str) -> None:
    """Set up the problem in a folder and take turns."""
    given = problem(folder)
    step, noise_std, width = (float(given[name]) for name in ("step", "noise_std", "width"))
    cells, heading = jnp.asarray(given["cells"]), bool(given["heading"])
    weights = {name: jnp.asarray(given[f"weights/{name}"]) for name in ("encoder", "input", "recurrent", "output")}
    inputs, start, path, noise = (jnp.asarray(given[name]) for name in ("inputs", "start", "path", "noise"))
    optimizer = optax.adam(float(given["learning_rate"]))

    def encode(variable: jax.Array) -> jax.Array:
        if heading:
            return jnp.exp((jnp.cos(variable - cells) - 1) / width**2)
        return jax.nn.softmax((variable @ cells.T - jnp.square(cells).sum(-1) / 2) / width**2)

    def draw(key: jax.Array) -> jax.Array:
        return noise_std * jax.random.normal(key, noise.shape[1:])

    def loss_of(
        weights: dict[str, jax.Array], source: jax.Array, kick_of: Callable[[jax.Array], jax.Array]
    ) -> jax.Array:
        def advance(state: jax.Array, now: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            drive, source = now
            rate = jax.nn.relu(drive + state @ weights["recurrent"].T)
            state = (1 - step) * state + step * rate + kick_of(source)
            return state, state

        first = encode(start) @ weights["encoder"].T
        _, states = jax.lax.scan(advance, first, (inputs @ weights["input"].T, source))
        return jnp.square(states @ weights["output"].T - encode(path)).mean()

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def train(weights, moments, key):
        key, own = jax.random.split(key)
        loss, gradient = jax.value_and_grad(loss_of)(weights, jax.random.split(own, len(noise)), draw)
        updates, moments = optimizer.update(gradient, moments, weights)
        return optax.apply_updates(weights, updates), moments, key, loss

    loss, gradient = jax.jit(jax.value_and_grad(loss_of), static_argnums=2)(weights, noise, lambda kick: kick)
    shown = {"loss": np.asarray(loss)} | {name: np.asarray(value) for name, value in gradient.items()}
    state = (weights, optimizer.init(weights), jax.random.key(0))

    def batch() -> float:
        nonlocal state
        *kept, loss = train(*state)
        state = tuple(kept)
        return float(loss)

    batch()  # compiles
    take_turns(folder, shown, f"JAX {jax.__version__}, optax {optax.__version__}", batch)


if __name__ == "__main__":
    main(sys.argv[1])
