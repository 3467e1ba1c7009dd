"""Chain: chain authorizations (ketenmachtigingen) obtained from relations.

Owns access to the functionality, requests, imports, invitations and their answers, issued authorizations, renewals and
endings. Reads its own commands and queries, the events of identity, authorizations and notifications, and the clock's
ticks; writes events, public events and commands to notifications. Database: `<deployment>_chain`.
"""
