"""The trade register (KVK Handelsregister): port, embedded register with fictive companies, adapter for the KVK API."""

from services.identity.register.embedded import EmbeddedRegister
from services.identity.register.http import HttpRegister
from services.identity.register.port import (
    Address,
    Branch,
    Company,
    CompanyHit,
    CompanyRegister,
    LegalForm,
    MutationSignals,
    RegisterUnavailable,
    Representative,
    Signal,
    is_branch_number,
    is_kvk_number,
)

__all__ = [
    "Address",
    "Branch",
    "Company",
    "CompanyHit",
    "CompanyRegister",
    "EmbeddedRegister",
    "HttpRegister",
    "LegalForm",
    "MutationSignals",
    "RegisterUnavailable",
    "Representative",
    "Signal",
    "is_branch_number",
    "is_kvk_number",
]
