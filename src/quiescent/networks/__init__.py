"""Recurrent networks. One file and one line here per kind."""

from quiescent.networks.architecture import Architecture, NoiseLevels
from quiescent.networks.gru import GruStepper, gru
from quiescent.networks.kinds import NETWORKS, Kind
from quiescent.networks.loop import simulate
from quiescent.networks.population import Population
from quiescent.networks.settings import NetworkSettings
from quiescent.networks.vanilla import VanillaStepper, vanilla

NETWORKS["vanilla"] = Kind(vanilla, stepper=VanillaStepper)
NETWORKS["gru"] = Kind(gru, gates=3, stepper=GruStepper)

__all__ = ["NETWORKS", "Architecture", "Kind", "NetworkSettings", "NoiseLevels", "Population", "simulate"]
