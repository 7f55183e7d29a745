-- What each table of `pool` is for: written by the merges, and where a line says so by others.

COMMENT ON TABLE pool.document IS
    'One row per document as one company sees it: the same document may be input of one company and output of '
    'another. Labels, sources and merge policies of the columns: include/rules/fields.yaml. Instants are '
    'timestamptz, dates are days in Asia/Shanghai, money is numeric in yuan as the bureau wrote it. The free '
    'space of a page keeps status changes off the indexes.';

COMMENT ON TABLE pool.line IS
    'The lines of a document.';

COMMENT ON TABLE pool.change IS
    'Every changed column of every document, with the task that changed it; an insertion is no change. Direct '
    'edits of people leave rows too (R027). Append-only.';

COMMENT ON TABLE pool.sighting IS
    'One row per merged reply: which documents were seen again, though nothing changed (R106), and when the '
    'bureau said so about which groups of columns.';

COMMENT ON TABLE pool.rejected_row IS
    'Rows of a reply that are not stored, each with its reason and the counter of its task that holds it.';

COMMENT ON TABLE pool.held_change IS
    'A value that was offered and not taken: backwards (A-36), older than what the pool knows, or barred by '
    '已入账 (R048).';

COMMENT ON TABLE pool.orphan_status IS
    'Statuses and usages of documents that the pool does not hold yet; they are merged when the document '
    'arrives.';

COMMENT ON TABLE pool.dropped_line IS
    'Lines that the filter errorGoodsNames left out (R274 to R277, A-19); the totals of their documents stay '
    'as they came.';

COMMENT ON TABLE pool.verification_cache IS
    'What a status update brought of documents that are not to enter the pool yet (R126, R129): the staged '
    'row, by the merge it goes through. Whoever receives the document takes it from here.';

COMMENT ON TABLE pool.layout_file IS
    '版式文件: which file of which document lies where in the file store; one that another replaced keeps its row, '
    'and its bytes.';

COMMENT ON TABLE pool.quarantine IS
    'Rows of files whose 发票票种 no rule knows: shown, kept as they came, and read again once a rule knows them.';
