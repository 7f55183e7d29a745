# The image of docker-compose.yaml and deploy/helm: Airflow with the locked requirements and this project in its home.
#   docker build --target production --tag fapiao:latest .      (rehearsal: the same with the simulator)
# By digest: deploy/pin_images.sh prints the line for .env; without compose: --build-arg AIRFLOW_IMAGE=NAME:TAG@sha256:…
ARG AIRFLOW_IMAGE=apache/airflow:slim-3.3.2-python3.12

FROM ${AIRFLOW_IMAGE} AS production
COPY requirements.txt /opt/airflow/requirements.txt
RUN pip install --no-cache-dir --require-hashes -r /opt/airflow/requirements.txt -c /opt/airflow/requirements.txt \
    && pip check \
    && mkdir -p /opt/airflow/state /opt/airflow/logs
# root's, so that no task changes what runs; compiled, because nobody can later
USER root
COPY include /opt/airflow/include
COPY plugins /opt/airflow/plugins
COPY dags /opt/airflow/dags
COPY launcher /opt/airflow/launcher
COPY deploy /opt/airflow/deploy
RUN python -m compileall -q /opt/airflow/plugins /opt/airflow/dags /opt/airflow/launcher
USER 50000

FROM production AS rehearsal
COPY simulator/requirements.txt /opt/airflow/simulator-requirements.txt
RUN pip install --no-cache-dir --require-hashes -r /opt/airflow/simulator-requirements.txt
COPY simulator /opt/airflow/simulator
