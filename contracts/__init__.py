"""Every message that crosses a border between processes, one module per owning service."""
