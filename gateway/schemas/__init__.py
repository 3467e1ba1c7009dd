"""What goes in and out over HTTP: explicit models in camelCase, apart from the messages (S23)."""
