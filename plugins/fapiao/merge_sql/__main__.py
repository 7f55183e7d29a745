"""`python -m fapiao.merge_sql` in plugins/ renders include/sql/merge/*.sql again."""

from fapiao.merge_sql.render import main

main()
