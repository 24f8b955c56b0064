"""Deeds on one session; who booked it is told by whoever listens (`hears`)."""

from directory.sessions import hears

__all__ = ["hears"]
