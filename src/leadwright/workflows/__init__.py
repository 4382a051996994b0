"""The durable order of steps, and nothing else. Rules are in `domain`, outside talk in its own folder."""
