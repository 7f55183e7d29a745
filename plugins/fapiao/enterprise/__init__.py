"""企业基础资料: taxpayers, accounts, download schemes and parameters, judged before they are saved."""
