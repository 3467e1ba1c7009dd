"""What chain does with each message: one method each, by subject."""

from services.chain.handlers.access import AccessHandlers
from services.chain.handlers.answers import AnswerHandlers
from services.chain.handlers.imports import ImportHandlers
from services.chain.handlers.inviting import Inviting
from services.chain.handlers.requests import RequestHandlers
from services.chain.handlers.running import RunningHandlers
from services.chain.handlers.timers import TimerHandlers

__all__ = [
    "AccessHandlers",
    "AnswerHandlers",
    "ImportHandlers",
    "Inviting",
    "RequestHandlers",
    "RunningHandlers",
    "TimerHandlers",
]
