"""Runs the service: python -m services.authorizations."""

from chassis.serve import run
from services.authorizations.app import create_app
from services.authorizations.settings import Settings

if __name__ == "__main__":
    run(create_app(Settings()))
