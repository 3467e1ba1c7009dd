"""Run the gateway: `python -m gateway`."""

from chassis import logs
from chassis.serve import serve
from gateway.app import create_app
from gateway.settings import Settings

settings = Settings()
logs.set_up(settings.log_level, "gateway", settings.instance)
serve(create_app(settings), settings)
