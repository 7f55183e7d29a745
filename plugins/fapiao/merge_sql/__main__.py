"""`python -m fapiao.merge_sql` in plugins/ renders include/sql/merge/*.sql again."""

from fapiao.merge_sql.render import render
from fapiao.paths import SQL
from fapiao.pool_columns.records import TARGETS

for target in TARGETS:
    (SQL / "merge" / f"{target}.sql").write_text(render(target), encoding="utf-8")
