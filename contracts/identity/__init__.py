"""Messages of identity: organisations, persons, credentials (middelen), login, machine clients, company register."""

from contracts.identity.additions import *
from contracts.identity.applications import *
from contracts.identity.change_events import *
from contracts.identity.changes import *
from contracts.identity.details import *
from contracts.identity.device_orders import *
from contracts.identity.devices import *
from contracts.identity.documents import *
from contracts.identity.events import *
from contracts.identity.forms import *
from contracts.identity.identification import *
from contracts.identity.mutation_views import *
from contracts.identity.mutations import *
from contracts.identity.organisations import *
from contracts.identity.own import *
from contracts.identity.queries import *
from contracts.identity.recovery import *
from contracts.identity.requests import *
from contracts.identity.sessions import *
from contracts.identity.staff import *
from contracts.identity.users import *
from contracts.identity.values import *
