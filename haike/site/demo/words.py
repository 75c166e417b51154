"""Posts of contacts from the top down, and names of banks as on invoices."""

from dataclasses import dataclass

BANK_NAMES = {
    "icbc": "中国工商银行", "abc": "中国农业银行", "boc": "中国银行", "ccb": "中国建设银行", "bocom": "交通银行",
    "psbc": "中国邮政储蓄银行", "cmb": "招商银行", "spdb": "浦发银行", "citic": "中信银行", "ceb": "光大银行",
    "cmbc": "民生银行", "cib": "兴业银行", "pab": "平安银行", "rural": "农村商业银行",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Post:
    """A post, how its holder is called after the surname, and codes of pick-lists."""

    name: str
    department: str
    called: str
    form_of_address: str
    role: str
    classification: str


def _posts(lines: str) -> tuple[Post, ...]:
    table: list[Post] = []
    for line in lines.strip().splitlines():
        times, name, department, called, address, role, classification = line.split("|")
        table += [Post(name, department, called, address, role, classification)] * int(times)
    return tuple(table)


_BOTH = """
6|总经理|总经办|总|chief|decider|key
3|副总经理|总经办|总|chief|approver|key
2|运营总监|运营部|总|chief|influencer|business
2|厂长|生产部|厂|factory_head|decider|key
8|采购经理|采购部|经理|manager|purchaser|business
6|仓库主管|仓储部|主管|manager|user|receiver
4|生产经理|生产部|经理|manager|influencer|technical
4|信息部经理|信息部|经理|manager|technical|technical
4|品质主管|品质部|主管|manager|technical|technical
3|设备主管|设备部|主管|manager|technical|technical
5|工程师|技术部|工|engineer|technical|technical
4|项目经理|工程项目部|经理|manager|influencer|business
"""
MALE_POSTS = _posts(
    "3|董事长|总经办|董|chief|decider|key\n4|老板|总经办|老板|boss|decider|key"
    + _BOTH
    + "8|采购员|采购部|先生|mr|purchaser|business\n5|仓管员|仓储部|师傅|master|user|receiver\n"
    "2|司机|行政部|师傅|master|gatekeeper|receiver"
)
FEMALE_POSTS = _posts(
    "1|董事长|总经办|董|chief|decider|key\n3|老板娘|总经办|姐|boss|decider|key"
    + _BOTH
    + "10|采购员|采购部|小姐|miss|purchaser|business\n6|财务主管|财务部|会计|accountant|finance|finance\n"
    "5|会计|财务部|会计|accountant|finance|finance\n4|行政主管|行政部|主管|manager|gatekeeper|business\n"
    "3|前台|行政部|女士|ms|gatekeeper|business\n4|文员|采购部|女士|ms|user|receiver"
)
