"""The form of connection type `bureau_gateway`."""

from fapiao.provider.fields import PATIENCE, connection_type, text

GATEWAY = connection_type(
    "bureau_gateway",
    "税局网关 Bureau gateway (bureau_gateway)",
    "hooks.gateway.hook.GatewayHook",
    {
        "host": "网关地址 Base URL",
        "login": "应用 ID appId",
        "password": "应用密钥 appSecret",
        "description": "说明 Description",
    },
    {
        "host": "https://gateway.example.com",
        "login": "appId",
        "password": "appSecret",
        "description": "由谁维护、用于哪个环境 who keeps it, for which environment",
    },
    {
        "tenantid": text("租户 tenantid", "网关分配的租户编码。 The tenant, as the gateway names it."),
        "accountId": text("数据中心 accountId", "租户的数据中心 ID。 The data centre of the tenant."),
        "user": text("用户 user", "以该用户的身份登录网关。 The user on whose behalf the gateway works."),
        "usertype": text(
            "用户类型 usertype",
            "user 填的是用户名（UserName，默认）还是手机号（Mobile）。 What `user` is; default UserName.",
            choices=("UserName", "Mobile"),
        ),
        "businessSystemCode": text(
            "业务系统编码 businessSystemCode",
            "每次调用都带上，最多 10 位。 In every call, at most 10 characters.",
        ),
        "encoding": text(
            "报文编码 encoding",
            "base64（默认）或 aes，与网关的设置一致。 base64 (default) or aes, as the gateway is set.",
            choices=("base64", "aes"),
        ),
        "encoding_key": text(
            "AES 密码 encoding_key", "encoding 为 aes 时必填。 Needed where encoding is aes.", secret=True
        ),
        **PATIENCE,
    },
)
