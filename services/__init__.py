"""The services: each owns its data and speaks with the others by messages."""
