"""Life events: kinds that are declared, dealt to people, and begin chapters of their lives."""
