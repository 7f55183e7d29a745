"""Stored files: layout files, uploads, the inbox."""
