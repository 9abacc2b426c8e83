"""What was true of people on an earlier day."""
