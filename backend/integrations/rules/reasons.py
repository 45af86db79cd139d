"""What does a refusal code say to the person who must fix the line? English and Chinese, one sentence each."""

from typing import Literal

Language = Literal["en", "zh-CN"]

REASONS: dict[str, tuple[str, str]] = {
    "line.other_width": ("The line has another number of cells than the header.", "该行的单元格数与表头不一致。"),
    "line.nul": ("The line holds a NUL character.", "该行含有空字符（NUL）。"),
    "line.not_of_encoding": ("The line holds bytes of another encoding.", "该行含有不符合文件编码的字节。"),
    "line.not_json": ("The line is not a JSON object.", "该行不是 JSON 对象。"),
    "field.missing": ("A value is needed here.", "此处必须有值。"),
    "date.not_a_date": ("This is not a date of the expected form.", "不是预期格式的日期。"),
    "date.no_such_day": ("There is no such day.", "没有这一天。"),
    "date.out_of_range": ("The date is before 1900 or after 2199.", "日期早于 1900 年或晚于 2199 年。"),
    "money.not_an_amount": ("This is not an amount.", "不是金额。"),
    "money.too_many_digits": ("The amount has more digits than the currency.", "金额的小数位多于该币种。"),
    "money.out_of_range": ("The amount is larger than we take.", "金额超出可接受的范围。"),
    "money.negative": ("The amount must not be negative.", "金额不能为负。"),
    "money.not_above_zero": ("The amount must be above zero.", "金额必须大于零。"),
    "money.no_such_currency": ("This is not a currency code (ISO 4217).", "不是币种代码（ISO 4217）。"),
    "rate.not_a_rate": ("This is not a rate.", "不是利率。"),
    "rate.out_of_range": ("The rate is out of range.", "利率超出范围。"),
    "number.not_whole": ("This is not a whole number.", "不是整数。"),
    "number.negative": ("The number must not be negative.", "数字不能为负。"),
    "place.not_degrees": ("These are not degrees of a place.", "不是经纬度。"),
    "flag.not_yes_or_no": ("This is neither yes nor no.", "既不是“是”也不是“否”。"),
    "code.not_in_list": ("This is none of the codes that are allowed.", "不在允许的代码之内。"),
    "code.not_in_map": ("The mapping does not say what this means.", "映射中没有该值的含义。"),
    "text.too_long": ("The text is too long.", "文本过长。"),
    "zone.unknown": ("This is not a time zone.", "不是时区名称。"),
    "contact.not_a_number": ("This is not a telephone number.", "不是电话号码。"),
    "contact.no_such_number": ("No telephone plan has such a number.", "没有这样的电话号码。"),
    "contact.not_an_address": ("This is not an e-mail address.", "不是电子邮箱地址。"),
    "contact.no_such_region": ("This is not a region of telephone numbers.", "不是电话号码的国家或地区代码。"),
    "obligor.unknown": ("No obligor has this reference.", "没有该编号的债务人。"),
    "party.missing": ("The person to whom this belongs is missing in the line.", "该行缺少其所属的人。"),
    "party.unknown": ("No related party has this reference.", "没有该编号的关联人。"),
    "party.other_obligor": ("This related party belongs to another obligor.", "该关联人属于另一债务人。"),
    "account.unknown": ("No account has this reference.", "没有该编号的借据。"),
    "account.other_obligor": ("This account belongs to another obligor.", "该借据属于另一债务人。"),
    "account.currency_differs": ("The currency differs from that of the case.", "币种与案件的币种不同。"),
    "payment.changed": ("This payment stands with other content.", "该还款已登记且内容不同，请另发一笔。"),
    "database.refused": ("The database refused the line.", "数据库拒绝了该行。"),
    "mapping.no_such_field": ("There is no such field.", "没有这个字段。"),
    "mapping.no_such_column": ("The file has no such column.", "文件中没有这一列。"),
    "mapping.no_source": ("The field has neither a column nor a constant.", "字段既无列也无常量。"),
    "mapping.no_such_format": ("There is no such date format.", "没有这种日期格式。"),
    "mapping.wrong_combine": ("Columns cannot be combined so for this field.", "该字段不能这样合并列。"),
    "mapping.wrong_unit": ("This unit does not fit the field.", "该单位不适用于此字段。"),
    "mapping.too_many_slots": ("The mapping has too many entries of one kind.", "映射中同类条目过多。"),
    "mapping.no_such_party": ("The mapping has no such party.", "映射中没有该关联人。"),
    "mapping.empty": ("The mapping reads nothing.", "映射没有读取任何内容。"),
}  # fmt: skip


def say(code: str, language: Language) -> str:
    """Return the sentence of a code; a code without one is a mistake of ours and raises KeyError."""
    english, chinese = REASONS[code]
    return chinese if language == "zh-CN" else english
