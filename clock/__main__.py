"""Run the clock: `python -m clock`."""

from chassis.serve import serve
from chassis.settings import ChassisSettings
from clock.app import create_app

if __name__ == "__main__":
    settings = ChassisSettings()
    serve(create_app(settings), settings)
