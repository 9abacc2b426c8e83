"""Tests of the ready formats."""
