"""Identity: organisations, persons, credentials (middelen), login, sessions, back-office staff, machine clients.

Reads `identity.commands` and `identity.queries`, writes `identity.events` and commands to notifications; database
`identity`. The trade register is asked through `register`.
"""
