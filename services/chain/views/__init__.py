"""The answers to questions, by subject."""

from services.chain.views.back_office import BackOfficeViews
from services.chain.views.exports import ExportViews
from services.chain.views.imports import ImportViews
from services.chain.views.invitations import InvitationViews
from services.chain.views.issued import IssuedViews
from services.chain.views.overview import OverviewViews
from services.chain.views.unlinked import UnlinkedViews

__all__ = [
    "BackOfficeViews",
    "ExportViews",
    "ImportViews",
    "InvitationViews",
    "IssuedViews",
    "OverviewViews",
    "UnlinkedViews",
]
