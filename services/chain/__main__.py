"""Runs chain."""

from chassis.serve import run
from services.chain.app import create_app
from services.chain.settings import Settings

run(create_app(Settings()))
