"""What a process counts, in the form that Prometheus reads."""

from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("volmacht_messages_handled_total", "Messages with effect", ["type", "outcome"])
DUPLICATES = Counter("volmacht_messages_repeated_total", "Messages handled before, answered again", ["kind"])
DEAD = Counter("volmacht_dead_letters_total", "Messages set aside", ["kind"])
HELD = Gauge("volmacht_events_held", "Events that wait for a gap to close")
CONFLICTS = Counter("volmacht_conflicts_total", "Commit groups that were run again one by one")
OUTAGES = Counter("volmacht_outages_total", "Retries after an outage of the database or broker")
GROUPS = Histogram("volmacht_group_size", "Messages that committed together", buckets=(1, 2, 4, 8, 16, 32, 64, 128))
LATENCY = Histogram(
    "volmacht_group_seconds",
    "From reading a commit group to its commit",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
PENDING = Gauge("volmacht_outbox_oldest_seconds", "Age of the oldest message that is not yet published")
LATE = Counter("volmacht_replies_dropped_total", "Replies that nobody waited for")
EXPIRED = Counter("volmacht_queries_expired_total", "Queries dropped past their deadline")
PARTITIONS = Gauge("volmacht_partitions", "Partitions this process reads", ["kind"])
