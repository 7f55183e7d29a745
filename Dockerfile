# The image of docker-compose.yaml: Airflow with our locked requirements and this project in its home.
FROM apache/airflow:3.3.2-python3.12

COPY --chown=airflow:root requirements.txt /opt/airflow/requirements.txt
RUN pip install --no-cache-dir --require-hashes -r /opt/airflow/requirements.txt \
    && mkdir -p /opt/airflow/state /opt/airflow/logs

COPY --chown=airflow:root dags /opt/airflow/dags
COPY --chown=airflow:root plugins /opt/airflow/plugins
COPY --chown=airflow:root include /opt/airflow/include
COPY --chown=airflow:root simulator /opt/airflow/simulator
COPY --chown=airflow:root launcher /opt/airflow/launcher
