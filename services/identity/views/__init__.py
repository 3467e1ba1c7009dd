"""The answers to questions, by subject."""

from services.identity.views.applications import Views
from services.identity.views.changes import EndingViews, MutationViews
from services.identity.views.details import Details
from services.identity.views.devices import DeviceViews
from services.identity.views.forms import FormViews
from services.identity.views.organisations import AdditionViews, OrganisationViews
from services.identity.views.own import OwnViews
from services.identity.views.staff import StaffViews
from services.identity.views.users import UserViews

__all__ = [
    "AdditionViews",
    "Details",
    "DeviceViews",
    "EndingViews",
    "FormViews",
    "MutationViews",
    "OrganisationViews",
    "OwnViews",
    "StaffViews",
    "UserViews",
    "Views",
]
