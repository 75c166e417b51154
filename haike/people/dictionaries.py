"""Pick-lists about people, for staff and contacts alike."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.dictionary import Dictionary, Word

DICTIONARIES = [
    Dictionary(
        key="gender",
        label=_("Gender"),
        room="people",
        words=[
            Word("male", "男", "Male", "blue"),
            Word("female", "女", "Female", "pink"),
            Word("unknown", "未知", "Unknown", "secondary"),
        ],
    ),
    Dictionary(
        key="education",
        label=_("Education"),
        room="people",
        words=[
            Word("junior", "初中及以下", "Junior high school or less"),
            Word("senior", "高中", "Senior high school"),
            Word("vocational", "中专", "Vocational school"),
            Word("college", "大专", "Junior college"),
            Word("bachelor", "本科", "Bachelor's degree"),
            Word("master", "硕士", "Master's degree"),
            Word("doctor", "博士", "Doctorate"),
        ],
    ),
    Dictionary(
        key="position",
        label=_("Position"),
        room="people",
        words=[
            Word("general_manager", "总经理", "General manager"),
            Word("deputy_general_manager", "副总经理", "Deputy general manager"),
            Word("sales_director", "销售总监", "Sales director"),
            Word("director_assistant", "总监助理", "Director's assistant"),
            Word("sales_manager", "销售经理", "Sales manager"),
            Word("manager_assistant", "经理助理", "Manager's assistant"),
            Word("senior_seller", "高级销售", "Senior sales representative"),
            Word("seller", "销售代表", "Sales representative"),
            Word("key_account_manager", "大客户经理", "Key account manager"),
            Word("service_manager", "客服经理", "Customer service manager"),
            Word("service_agent", "客服专员", "Customer service agent"),
            Word("engineer", "技术支持工程师", "Support engineer"),
            Word("marketing_manager", "市场经理", "Marketing manager"),
            Word("marketer", "市场专员", "Marketing specialist"),
            Word("storekeeper", "仓库管理员", "Storekeeper"),
            Word("logistics", "物流专员", "Logistics clerk"),
            Word("purchaser", "采购专员", "Purchaser"),
            Word("finance_manager", "财务经理", "Finance manager"),
            Word("accountant", "会计", "Accountant"),
            Word("cashier", "出纳", "Cashier"),
            Word("clerk", "行政文员", "Office clerk"),
            Word("personnel", "人事专员", "Personnel officer"),
            Word("system_administrator", "系统管理员", "System administrator"),
            Word("intern", "实习生", "Intern"),
        ],
    ),
    Dictionary(
        key="employment",
        label=_("Kind of employment"),
        room="people",
        words=[
            Word("regular", "正式", "Regular", "green"),
            Word("probation", "试用", "On probation", "yellow"),
            Word("part_time", "兼职", "Part-time", "azure"),
            Word("intern", "实习", "Intern", "cyan"),
            Word("dispatched", "劳务派遣", "Agency staff", "purple"),
            Word("outside", "外部合作", "Outside partner", "secondary"),
        ],
    ),
    Dictionary(
        key="leaving_reason",
        label=_("Reason for leaving"),
        room="people",
        words=[
            Word("resigned", "主动辞职", "Resigned"),
            Word("dismissed", "辞退", "Dismissed"),
            Word("contract_ended", "合同到期", "Contract ended"),
            Word("retired", "退休", "Retired"),
            Word("moved", "调往关联公司", "Moved to a related company"),
            Word("other", "其他", "Other"),
        ],
    ),
]
