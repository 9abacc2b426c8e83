"""How well the pipeline does what it says, scored against what only the generator knows."""
