"""The rules of chain: pure functions of facts, the message's time and given ids."""
