"""What docker-compose.yml runs besides the processes themselves: keys, replica set, start, probe, demo data."""
