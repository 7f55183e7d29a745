"""What workbooks hold: which columns, under which headings, and what a cell can and cannot take."""
