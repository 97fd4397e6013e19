"""Recurrent networks. One file and one line here per kind."""

from quiescent.networks.gru import gru
from quiescent.networks.noise import Noise
from quiescent.networks.population import NETWORKS, Kind, NetworkSettings, Population
from quiescent.networks.simulate import simulate
from quiescent.networks.vanilla import vanilla

NETWORKS["vanilla"] = Kind(vanilla)
NETWORKS["gru"] = Kind(gru, gates=3)

__all__ = ["NETWORKS", "Kind", "NetworkSettings", "Noise", "Population", "simulate"]
