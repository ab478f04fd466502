"""Migrations of the control database, run by `habeas.database.upgrading`."""
