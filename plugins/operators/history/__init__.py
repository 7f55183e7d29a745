"""历史发票数据同步 and its monthly renewal."""
