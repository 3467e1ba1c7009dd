"""What identity keeps encrypted for its place, and so under a key that rotates (S37)."""

FIELDS = (
    ("persons", "mobile"),
    ("persons", "phone"),
    ("persons", "identification_address"),
    ("identifications", "address"),
    ("identity_documents", "number"),
    ("mutations", "mobile"),
    ("mutations", "otp_seed"),
    ("mutations", "identification_address"),
    ("forms", "values"),
    ("forms", "bsn"),
    ("organisations", "owner_bsn"),
    ("authenticators", "otp_seed"),
    ("activations", "otp_seed"),
    ("otp_devices", "seed"),
    ("device_orders", "address"),
)
"""Collections and fields that are encrypted for their place."""
