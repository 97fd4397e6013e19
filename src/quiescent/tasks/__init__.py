"""Behaviour that networks learn to track. One file and one line here per task."""

from quiescent.tasks.head_direction import HeadDirection
from quiescent.tasks.navigation import SpatialNavigation
from quiescent.tasks.recorded import Recorded
from quiescent.tasks.tracks import Tracks
from quiescent.tasks.trials import Task, Trials

TASKS = {
    "spatial_navigation": SpatialNavigation,
    "head_direction": HeadDirection,
    "recorded": Recorded,
    "tracks": Tracks,
}

__all__ = ["TASKS", "HeadDirection", "Recorded", "SpatialNavigation", "Task", "Tracks", "Trials"]
