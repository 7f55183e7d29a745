"""Layout files (版式文件) made from a face: PDF, OFD and XML, always the same bytes."""
