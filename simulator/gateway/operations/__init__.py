"""One module per conversation of plane O, and the table that says which interfaceCode is answered by whom."""
