"""The form of connection type `leqi`."""

from fapiao.provider.fields import PATIENCE, connection_type, number, text

LEQI = connection_type(
    "leqi",
    "乐企 LeQi (leqi)",
    "hooks.leqi.hook.LeqiHook",
    {
        "host": "接口地址 Base URL",
        "login": "直连单位乐企ID jrdwptbh",
        "password": "SM4 密钥 SM4 key",
        "description": "说明 Description",
    },
    {
        "host": "https://lqpt.chinatax.gov.cn:8443",
        "login": "直连单位的乐企ID the direct unit",
        "password": "32 位十六进制 32 hex digits",
        "description": "由谁维护、用于哪个环境 who keeps it, for which environment",
    },
    {
        "sydwptbh": text(
            "使用单位乐企ID sydwptbh",
            "企业资料里没有填写 leqi_id 的企业使用它；「测试」也用它提问。"
            " For companies without a leqi_id of their own; Test asks in its name.",
        ),
        "selection_poll_seconds": number(
            "勾选结果轮询间隔（秒） selection_poll_seconds",
            "代替上传勾选后等待的十分钟；除非税局同意，请留空。"
            " Instead of the ten minutes after an upload of selections; leave it empty unless the bureau agrees.",
        ),
        "encryption": text(
            "报文加密 encryption",
            "默认 on；off 为明文，仅用于演练。 Default on; off sends bodies in clear, for rehearsals.",
            choices=("on", "off"),
        ),
        **PATIENCE,
    },
)
