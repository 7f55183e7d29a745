"""Measurements side by side in one run: ratios, because seconds belong to one machine on one day."""
