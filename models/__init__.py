"""Importing any of it makes every table known, for a row is written with the tables it refers to."""

from models import tables as tables
