-- What each table of `sync` is for, and who writes it.

COMMENT ON TABLE sync.code_label IS
    'Labels of codes, copied from include/rules/statuses.yaml whenever a pool is opened; the YAML stays the '
    'source.';

COMMENT ON TABLE sync.quota_limit IS
    'Quotas, copied from include/rules/quotas.yaml.';

COMMENT ON TABLE sync.module IS
    '所属模块 of a job, copied from include/rules/modules.yaml; the one of job '''' is for every other job.';

COMMENT ON TABLE sync.type_rule IS
    'What a type says of its documents, copied from include/rules: whether they can be deducted (R167), and '
    'whether the 税务组织 is the one whose 统一社会信用代码 is the buyer''s tax number (R170). Of 海关缴款书 the buyer is the '
    '缴款单位.';

COMMENT ON TABLE sync.business_day IS
    'The day the newest run worked for; the quota board says "today" of that day, so a rehearsal reads as a '
    'real day does.';

COMMENT ON TABLE sync.batch IS
    'One planning of one DAG for one day, or one submission of a person; its number is the parent batch of the '
    'rows it planned.';

COMMENT ON TABLE sync.task IS
    'The queue of downloads and 数据同步日志 at once: one row per taxpayer, type and window. plan writes it, workers '
    'move it.';

COMMENT ON TABLE sync.skip IS
    'What the calendar named and the plan left out, with the reason: not due is silence, everything else is a '
    'row.';

COMMENT ON TABLE sync.part IS
    'One question of a task to the bureau: a package series, a collection day, a month of recognitions, a '
    'handful of invoices.';

COMMENT ON TABLE sync.reply IS
    'Every answer that carried rows, as it was after decryption, before anyone parsed it. Append-only.';

COMMENT ON TABLE sync.unused_answer IS
    'Answers that could not be used, kept whole: refusals whose texts are cut where they are shown, and what '
    'nobody can read. Append-only.';

COMMENT ON TABLE sync.quota_slot IS
    '申请次数: one row per application that was, may have been, or is about to be counted by the bureau.';

COMMENT ON TABLE sync.task_event IS
    '日志: what happened to a task, by whom and why; written by trigger, never by a program, and never changed.';

COMMENT ON TABLE sync.log_export IS
    '导出: who took what out, and how many rows; who and when is written by trigger. Append-only.';

COMMENT ON TABLE sync.login_request IS
    'An account and city that a person must log in at 电子税局; rows wait behind it without losing an attempt.';

COMMENT ON TABLE sync.verification IS
    '查验: the queue of verifications; an answer is merged under the row''s own batch number.';

COMMENT ON TABLE sync.verification_call IS
    'Every call of a verification, written before it leaves: the count of five a day survives whoever dies '
    'between question and answer.';

COMMENT ON TABLE sync.import_file IS
    'The files of an import (导入电子税局文件); their bytes lie in the file store under their hash, and lay there '
    'before anyone parsed them.';

COMMENT ON TABLE sync.import_verdict IS
    'What became of every row of a file, in the order of the file. Append-only.';

COMMENT ON TABLE sync.history_batch IS
    '历史发票数据同步: one import task per tax number and submission, or per file; its subtasks are rows of sync.task.';

COMMENT ON TABLE sync.history_auto_update IS
    '自动更新: whose last month is updated on the 5th, and what of it; ''*'' is everybody (全局共享). One row, whoever '
    'asks (R279).';

COMMENT ON TABLE sync.awaited_lines IS
    'Documents that a header collection captured first and that still wait for their lines (A-08).';

COMMENT ON TABLE sync.selection IS
    '勾选: the queue of requests, each an operation over documents of one tax number, or over the tax number '
    'itself (统计表).';

COMMENT ON TABLE sync.selection_item IS
    'One document of a request: what was wished for it, what the pool said of it before and after, and the '
    'bureau''s own words.';

COMMENT ON TABLE sync.selection_event IS
    '日志 of a request: written by trigger, chained as the events of a task are, and never changed.';

COMMENT ON TABLE sync.statistics_state IS
    '当期统计表状态 as the bureau said it last; good for thirty minutes of the caller''s clock (R189). A changed '
    'period clears it.';

COMMENT ON COLUMN sync.task.claim_no IS
    'The fencing token: it grows with every claim, and whoever settles a row names the number he claimed it '
    'under.';

COMMENT ON COLUMN sync.task.lease_until IS
    'Until then the row is claimed_by''s; NULL: it was given back. A lease that ran out counts in '
    'broke_workers at the next claim.';

COMMENT ON COLUMN sync.task.not_before IS
    'Due from this instant on; infinity: set aside until a person asks.';

COMMENT ON COLUMN sync.task.not_before_day IS
    'Due from this business day on (quota).';

COMMENT ON COLUMN sync.task.generation IS
    'The series of answers that counts; a series that contradicts itself is asked for again under the next.';

COMMENT ON COLUMN sync.task.scheme_ids IS
    'The schemes (下载方案) that cover the download.';

COMMENT ON COLUMN sync.task.announced_count IS
    'Documents the bureau said there are; NULL: it said nothing.';

COMMENT ON COLUMN sync.task.received_count IS
    'Different documents that came.';

COMMENT ON COLUMN sync.task.missing IS
    'What is missing (A-08): [{direction, invoice_type, issue_month, announced, received, what}].';

COMMENT ON COLUMN sync.task.warnings IS
    'Sentences about what was stored and is doubtful.';

COMMENT ON COLUMN sync.task.broke_workers IS
    'Workers that ended over this row: exceptions, kills, memory.';

COMMENT ON COLUMN sync.selection.broke_workers IS
    'Workers that ended over this request; after three it is set aside.';

COMMENT ON COLUMN sync.verification.broke_workers IS
    'Workers that ended over this verification; after three it is set aside.';

COMMENT ON COLUMN sync.task.wanted_types IS
    'Of the types that its question answers those it is for; empty: all.';

COMMENT ON COLUMN sync.task.type_counts IS
    'What came of each type, where several are wanted: {invoice_type: {documents, amount}}.';

COMMENT ON COLUMN sync.login_request.taxpayer_no IS
    'Through whom the state is asked: one login serves every tax number of account and city.';

COMMENT ON COLUMN sync.selection.sent_at IS
    'Written before the upload leaves: without request_no nobody knows whether it arrived.';

COMMENT ON TABLE sync.planned_tick IS
    'Every tick of a DAG that was planned, or left out for good: what the calendar names and is not here was missed.';

COMMENT ON COLUMN sync.planned_tick.tick IS
    'The day, with its time where the job fires several times a day.';

COMMENT ON COLUMN sync.planned_tick.batch_no IS
    'The planning; empty: the tick was left out.';

COMMENT ON COLUMN sync.planned_tick.late IS
    'Why it was planned after its time, or left out; empty: in time.';

COMMENT ON COLUMN sync.task.waits IS
    'Failures in a row that were no fault of the row; the wait doubles with each (ADR 0042).';

COMMENT ON COLUMN sync.task.waiting_since IS
    'When the first of them was.';

COMMENT ON COLUMN sync.selection.waits IS
    'Failures in a row that were no fault of the row; the wait doubles with each (ADR 0042).';

COMMENT ON COLUMN sync.selection.waiting_since IS
    'When the first of them was.';

COMMENT ON COLUMN sync.verification.waits IS
    'Failures in a row that were no fault of the row; the wait doubles with each (ADR 0042).';

COMMENT ON COLUMN sync.verification.waiting_since IS
    'When the first of them was.';

COMMENT ON TABLE sync.bureau IS
    'Which kind of bureau fills this pool, real or rehearsal: decided by its first fill, and then for good (A-54). '
    'Binding is a word that holds although nothing came yet: the demo has loaded its invented companies.';

COMMENT ON TABLE sync.untold_change IS
    'What changed in the pool and Airflow was not told yet: the next task that ends well takes the rows and emits them as '
    'one event of the asset invoice_pool (ADR 0051).';

COMMENT ON COLUMN sync.untold_change.parent_batch_no IS
    'The planning; NULL: a verification has none.';
