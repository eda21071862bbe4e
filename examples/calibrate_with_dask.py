"""Calibrates a model on Dask workers, one shard of the data each.

    python calibrate_with_dask.py MODEL DATA TABLE [WORKERS]

Merging is exact: the table is that of `quantc calibrate MODEL --data DATA -o TABLE`
to the bit. A shard that was killed goes on where it was when it is started again.
"""

import os
import subprocess
import sys

from dask.distributed import Client, LocalCluster

QUANTC = os.environ.get("QUANTC", "quantc")


def calibrate(model, data, shard, table):
    subprocess.run([QUANTC, "calibrate", "-q", model, "--data", data, "--resume",
                    "--shard", shard, "-o", table], check=True)


def main(model, data, table, workers="2"):
    tables = [os.path.abspath(f"{table}.{i}") for i in range(int(workers))]
    with LocalCluster(n_workers=len(tables), threads_per_worker=1) as cluster:
        with Client(cluster) as client:
            client.gather([
                client.submit(calibrate, os.path.abspath(model), os.path.abspath(data),
                              f"{i}/{workers}", part)
                for i, part in enumerate(tables)])
    subprocess.run([QUANTC, "calibrate", "--merge", *tables, "-o", table], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
