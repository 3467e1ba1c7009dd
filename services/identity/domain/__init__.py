"""Rules of identity: pure functions of facts, the moment and ids."""
