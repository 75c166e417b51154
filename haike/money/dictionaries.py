"""Pick-lists of money."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.dictionary import Dictionary, Word

DICTIONARIES = [
    Dictionary(
        key="payment_kind",
        label=_("What a payment is for"),
        room="money",
        words=[
            Word("deposit", "定金", "Deposit"),
            Word("advance", "预付款", "Advance"),
            Word("progress", "进度款", "Progress payment"),
            Word("delivery", "货款", "For the goods"),
            Word("final", "尾款", "Final payment"),
            Word("retention", "质保金", "Retention money"),
            Word("service", "服务费", "Service fee"),
            Word("other", "其他", "Other"),
        ],
    ),
    Dictionary(
        key="manner_of_payment",
        label=_("Manner of payment"),
        room="money",
        words=[
            Word("transfer", "银行转账", "Bank transfer"),
            Word("wechat", "微信", "WeChat"),
            Word("alipay", "支付宝", "Alipay"),
            Word("cash", "现金", "Cash"),
            Word("card", "刷卡", "Card"),
            Word("cheque", "支票", "Cheque"),
            Word("draft", "承兑汇票", "Acceptance draft"),
            Word("other", "其他", "Other"),
        ],
    ),
    Dictionary(
        key="invoice_type",
        label=_("Kind of invoice"),
        room="money",
        words=[
            Word("special", "增值税专用发票", "Special VAT invoice"),
            Word("ordinary", "增值税普通发票", "Ordinary VAT invoice"),
            Word("digital_special", "数电专票", "Digital special invoice"),
            Word("digital_ordinary", "数电普票", "Digital ordinary invoice"),
            Word("receipt", "收据", "Receipt"),
            Word("other", "其他", "Other"),
        ],
    ),
]
