"""The gateway: HTTP in, contract messages out; no business rule.

Writes commands and queries of every service, reads its own partition of `<deployment>.gateway.replies.v1` and the
session events of identity. Database `<deployment>_gateway`: stored requests, rate limits, ended sessions.
"""
