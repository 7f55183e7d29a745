"""Who may talk to the simulated gateway: one application and one user, invented and public."""

APP_ID = "SIM-FAPIAO"
APP_SECRET = "sim-app-secret-for-rehearsals"  # noqa: S105 - opens nothing but the simulator
TENANT_ID = "sim-tenant"
ACCOUNT_ID = "1000000000000000001"
USER = "sim-user"
USER_TYPE = "UserName"
SYSTEM_CODE = "FAPIAO"
AES_PASSWORD = "sim-aes-password"  # noqa: S105 - opens nothing but the simulator

GATEWAY_EXTRA: dict[str, object] = {
    "tenantid": TENANT_ID,
    "accountId": ACCOUNT_ID,
    "user": USER,
    "usertype": USER_TYPE,
    "businessSystemCode": SYSTEM_CODE,
    "poll_seconds": 1,
    "encoding": "base64",
}
GATEWAY_CONNECTION: dict[str, object] = {"login": APP_ID, "password": APP_SECRET, "extra": GATEWAY_EXTRA}
"""The fields of the connection `bureau_gateway` to a simulator, host aside."""
