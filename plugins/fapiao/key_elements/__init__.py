"""进项发票关键要素同步: its form and its rules."""
