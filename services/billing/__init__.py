"""Billing: quotations, subscriptions and charges.

Owns subscriptions, charges and the prices that were agreed to, in the database `<deployment>_billing`. Reads
billing.commands and .queries, and the events of chain (access, chain authorizations) and identity (credentials);
writes billing.events.
"""
