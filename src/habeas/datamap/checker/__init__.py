"""The map held against a live store's catalogue: what doesn't fit, what is missing, what would go wrong."""

from habeas.datamap.checker.check import check_store

__all__ = ["check_store"]
