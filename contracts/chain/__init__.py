"""Messages of chain: chain authorizations (ketenmachtigingen) obtained from relations."""

from contracts.chain.commands import *
from contracts.chain.events import *
from contracts.chain.queries import *
from contracts.chain.requests import *
from contracts.chain.values import *
