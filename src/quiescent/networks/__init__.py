"""Recurrent networks. One file and one line here per kind."""

from quiescent.networks.gru import GruStepper, gru
from quiescent.networks.loop import simulate
from quiescent.networks.population import NETWORKS, Kind, NetworkSettings, Population
from quiescent.networks.vanilla import VanillaStepper, vanilla

NETWORKS["vanilla"] = Kind(vanilla, stepper=VanillaStepper)
NETWORKS["gru"] = Kind(gru, gates=3, stepper=GruStepper)

__all__ = ["NETWORKS", "Kind", "NetworkSettings", "Population", "simulate"]
