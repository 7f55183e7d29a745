-- Run once by the postgres container of docker-compose.yaml: the pool's own database beside Airflow's.
CREATE DATABASE invoice_pool;
