"""税局文件: the files that the bureau hands out, opened safely, recognised by their content and read row by row.

    for file in open_upload(content, name="…-销项票-增值税专用发票-1.XLS", limit=10 * 2**20, password=None):
        content = Content()                 # what the rows say, to hold against the name
        for part in file.read():            # SheetPart: layout, role, unknown_headings; documents before their lines
            for verdict in part.rows():     # RowFate(row, kind, sentence); every row that is not empty has exactly one
                content.add(part, verdict)
        agree(file.claim, content, file.where)  # raises FileRefusal that shows both
    join_parts(files)                       # -1, -2 … of one name; raises FileRefusal for a gap or a part that is twice

Everything raises FileRefusal for a file that is not taken at all; nothing here keeps, stages or merges anything.
"""
