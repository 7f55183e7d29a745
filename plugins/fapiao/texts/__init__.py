"""Every sentence of ours that people read, in Chinese and in English: include/texts (ADR 0057)."""
