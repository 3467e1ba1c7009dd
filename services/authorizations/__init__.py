"""Authorizations: the service catalogue, grants (machtigingen) and decisions.

Owns providers, services and grants in the database `<deployment>_authorizations`. Reads its commands, queries and
ticks, the events of identity (organisations, credentials) and of chain (chain authorizations); writes its events.
Decisions rest on read copies alone (SP-125); `AwaitApplied` tells when they know an event.
"""
