"""Runs billing: `python -m services.billing`."""

from chassis.serve import run
from services.billing.app import create_app
from services.billing.settings import Settings

if __name__ == "__main__":
    run(create_app(Settings()))
