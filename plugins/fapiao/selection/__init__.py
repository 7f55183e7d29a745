"""不抵扣勾选 of 海关缴款书: who may select what and when, and how the bureau's answers are read (S2)."""
