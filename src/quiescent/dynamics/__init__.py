"""Dynamics of a network without input, whatever its task: functions of weights and states."""
