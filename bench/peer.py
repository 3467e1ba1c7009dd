"""A service of the measurements as a process: `python -m bench.peer owner|copier`."""

import sys

from bench.counters import copier, owner
from chassis.serve import run
from chassis.settings import ChassisSettings

if __name__ == "__main__":
    run({"owner": owner, "copier": copier}[sys.argv[1]](ChassisSettings()), ())
