"""版式文件: when they are asked for, what a delivery means, and what can be read out of a file."""
