"""历史发票数据同步 (S3): a form becomes a schedule that fits the quota, or every sentence that speaks against it."""
