"""What the sockets have in common."""
