"""What every process is mounted on: the message loop, storage, secrets, health. Knows no word of the domain."""
