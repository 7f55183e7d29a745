"""导入电子税局文件 (S1, S3): a form names one file of the inbox; every ten minutes whatever lies there is taken."""

from fapiao.imports.requests import IMPORT
from operators.airflow_dag import project_dag
from operators.imports.operators import ImportFilesOperator

with project_dag("import_bureau_file", IMPORT):
    ImportFilesOperator(task_id="import_files")
