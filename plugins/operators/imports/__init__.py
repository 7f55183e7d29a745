"""税局文件 into the pool."""
