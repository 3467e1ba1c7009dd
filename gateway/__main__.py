"""Run the gateway: `python -m gateway`."""

from chassis import logs, traces
from chassis.serve import serve
from gateway.app import create_app
from gateway.settings import Settings

settings = Settings()
logs.set_up(settings.log_level, "gateway", settings.instance)
traces.set_up(settings, "gateway")
serve(create_app(settings), settings)
traces.shut_down()
