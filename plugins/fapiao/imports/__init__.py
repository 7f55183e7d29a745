"""导入电子税局文件 (S1, S3): what a request may ask for, whose the files are, and which documents their rows make."""
