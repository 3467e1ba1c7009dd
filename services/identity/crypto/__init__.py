"""Secrets of identity: password hashes, codes, one-time passwords, tokens, signatures of clients."""
