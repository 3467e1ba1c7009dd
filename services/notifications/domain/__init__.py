"""The rules of notifications: deliveries, limits, notices and plans."""
