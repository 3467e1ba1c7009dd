"""Runs notifications: `python -m services.notifications`."""

from chassis.serve import run
from services.notifications.app import create_app
from services.notifications.settings import Settings

if __name__ == "__main__":
    run(create_app(Settings()))
