"""Plane O: the vendor gateway in front of 电子税局, 软证书, 税盘 and 航信 (protocols 2, 3, 10.1, 10.2)."""
