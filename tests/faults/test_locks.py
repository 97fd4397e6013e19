"""Disks without locks: what the program wrote is read although HDF5 could not lock it."""

import fcntl

import xarray as xr

from quiescent.studies.sweep.results import load_results


def test_results_of_a_sweep_are_read_without_a_lock(tmp_path):
    (tmp_path / "sweep.nc").write_bytes(xr.Dataset({"kl": 1.0}).to_netcdf(engine="h5netcdf"))
    with (tmp_path / "sweep.nc").open("rb") as other:  # HDF5 asks for a lock in this way, which some disks refuse
        fcntl.flock(other, fcntl.LOCK_EX)
        assert float(load_results(tmp_path)["kl"]) == 1.0
