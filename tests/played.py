"""The partners as tests see them."""

from dataclasses import dataclass

from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The simulated partners: where they listen, and the world behind them."""

    url: str
    world: World
