"""The shared pool of tests that leave nothing behind."""

from untouched_pool import untouched, untouched_url

__all__ = ["untouched", "untouched_url"]
