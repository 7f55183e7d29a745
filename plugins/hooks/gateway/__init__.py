"""The vendor gateway: four channels over one wire."""
