"""What differs between suppliers, as data: the typed model and one file for each supplier (GW-24)."""
