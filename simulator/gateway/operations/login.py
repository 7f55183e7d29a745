"""O1 to O3: log in, look whether somebody is logged in, and list a company's bureau accounts."""

from urllib.parse import urlencode

from simulator.companies import AccountLink
from simulator.gateway.accounts import AUTO, ONLINE
from simulator.gateway.codes import RPA_FILES
from simulator.gateway.visit import Visit
from simulator.periods import gxrqfw, skssq
from simulator.services.answers import Answer
from simulator.wire import Json

BY_ITSELF, BY_A_PERSON = "1", "2"
BUSINESS = {"issue": "1", "receive": "2", "both": "3"}
NEITHER = "4"


def tax_login(visit: Visit) -> Answer:
    """taxLogin: an `auto` account is logged in, a `manual` one that is out is told where a person must log in."""
    company, channel = visit.company_on(RPA_FILES)
    key = visit.account(company, channel)
    assert key is not None  # noqa: S101 - both channels need an account
    account = visit.login(key)
    if account.login == AUTO and account.state_at(visit.now, visit.gateway.settings) != ONLINE:
        account.put(ONLINE, visit.now)
        visit.gateway.work(visit.now)
    good = account.state_at(visit.now, visit.gateway.settings) == ONLINE
    period = visit.bureau.periods.current(company.nsrsbh, visit.today)
    link = company.link_of(key)
    return Answer(
        {
            "loginType": BY_ITSELF if good else BY_A_PERSON,
            "needAuth": not good,
            "loginWebUrl": "" if good else _address(visit.base_url, *key),
            "companyType": company.company_type,
            "companyName": company.name,
            "etaxAccountType": BUSINESS[link.account_type] if link else NEITHER,
            "taxNo": company.nsrsbh,
            "skssq": skssq(period),
            "gxrqfw": gxrqfw(period),
            "city": company.city_code,
        }
    )


def login_check(visit: Visit) -> Answer:
    """ext.etaxLoginCheck: online, auto (logs in when needed) or manual."""
    company, channel = visit.company_on(RPA_FILES)
    key = visit.account(company, channel)
    assert key is not None  # noqa: S101 - both channels need an account
    account = visit.login(key)
    online = account.state_at(visit.now, visit.gateway.settings) == ONLINE
    return Answer(
        {
            "taxNo": company.nsrsbh,
            "etaxAccount": account.name,
            "loginStatus": ONLINE if online else account.login,
            "checkedAt": visit.now.strftime("%Y-%m-%d %H:%M:%S"),
        }
    )


def accounts(visit: Visit) -> Answer:
    """ALLE.ACCOUNT.CHECK: every account of a company."""
    company = visit.company("taxno")

    return Answer(rows=[_shown(link) for link in company.accounts], rows_name="")


def _shown(link: AccountLink) -> Json:
    business = BUSINESS[link.account_type]
    return {
        "etaxAccount": link.account,
        "etaxAccountType": business,
        "defaultFlag": "1" if link.is_default else "0",
        "defaultType": business if link.is_default else "0",
    }


def _address(base_url: str, account: str, city: str) -> str:
    return f"{base_url}/login?{urlencode({'account': account, 'city': city})}"
