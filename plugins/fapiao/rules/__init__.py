"""The rules of include/rules, read once and refused with file and line where they are wrong."""
