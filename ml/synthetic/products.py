"""What does the lender sell? Personal, corporate and special loans with their terms, sizes and security."""

from dataclasses import dataclass

ANNUITY, EQUAL_PRINCIPAL, BULLET = range(3)
SCHEDULES = ("annuity", "equal_principal", "bullet")
PERSONAL, CORPORATE, SPECIAL = range(3)
KINDS = ("personal", "corporate", "special")
PENALTY_PPM = 180_000
"""Penalty interest a year on overdue principal, ACT/360, as the demo lender's contracts say."""


@dataclass(frozen=True, slots=True)
class Product:
    """A loan product; amounts in whole yuan, rates in millionths a year, tenors in periods of `every_months`."""

    code: str
    kind: int
    zh: str
    en: str
    share: float
    schedule: int
    every_months: int
    periods: tuple[int, ...]
    principal_yuan: int
    spread: float
    rates_ppm: tuple[int, int]
    fee_ppm: int
    collateral: str


PRODUCTS = (
    Product(
        "consumer",
        PERSONAL,
        "个人消费贷",
        "consumer loan",
        0.42,
        ANNUITY,
        1,
        (6, 12, 18, 24, 36),
        30_000,
        0.7,
        (78_000, 236_000),
        0,
        "",
    ),
    Product(
        "card_instalment",
        PERSONAL,
        "信用卡分期",
        "card instalment plan",
        0.24,
        EQUAL_PRINCIPAL,
        1,
        (3, 6, 12, 24),
        9_000,
        0.6,
        (0, 0),
        6_000,
        "",
    ),
    Product(
        "payroll",
        PERSONAL,
        "工薪贷",
        "payroll loan",
        0.14,
        ANNUITY,
        1,
        (12, 24, 36),
        70_000,
        0.5,
        (58_000, 148_000),
        0,
        "",
    ),
    Product(
        "micro_business",
        PERSONAL,
        "个体经营贷",
        "micro-business loan",
        0.20,
        EQUAL_PRINCIPAL,
        1,
        (12, 24, 36),
        130_000,
        0.7,
        (72_000, 182_000),
        0,
        "",
    ),
    Product(
        "working_capital",
        CORPORATE,
        "流动资金贷款",
        "working-capital loan",
        0.55,
        BULLET,
        1,
        (6, 12),
        1_500_000,
        0.8,
        (43_500, 96_000),
        0,
        "",
    ),
    Product(
        "equipment_term",
        CORPORATE,
        "企业设备贷款",
        "equipment term loan",
        0.45,
        EQUAL_PRINCIPAL,
        3,
        (4, 8, 12, 20),
        2_400_000,
        0.7,
        (46_000, 88_000),
        0,
        "equipment",
    ),
    Product(
        "vehicle",
        SPECIAL,
        "车辆抵押贷",
        "vehicle loan",
        0.48,
        ANNUITY,
        1,
        (12, 24, 36, 48),
        95_000,
        0.5,
        (62_000, 168_000),
        0,
        "vehicle",
    ),
    Product(
        "machinery",
        SPECIAL,
        "工程机械按揭",
        "construction machinery loan",
        0.17,
        EQUAL_PRINCIPAL,
        1,
        (12, 24, 36),
        480_000,
        0.5,
        (56_000, 112_000),
        0,
        "equipment",
    ),
    Product(
        "farm",
        SPECIAL,
        "农机养殖贷",
        "farm loan",
        0.21,
        EQUAL_PRINCIPAL,
        6,
        (2, 4, 6),
        90_000,
        0.6,
        (39_000, 92_000),
        0,
        "farm",
    ),
    Product(
        "property",
        SPECIAL,
        "房产抵押贷",
        "loan against property",
        0.14,
        ANNUITY,
        1,
        (24, 36, 60),
        700_000,
        0.5,
        (42_000, 108_000),
        0,
        "property",
    ),
)
COLLATERAL_WORDS = {
    "vehicle": (
        ("小型轿车", "轻型货车", "新能源轿车", "厢式货车"),
        ("saloon car", "light lorry", "electric car", "box van"),
    ),
    "equipment": (
        ("数控机床", "挖掘机", "注塑机", "装载机"),
        ("CNC lathe", "excavator", "injection moulder", "loader"),
    ),
    "farm": (
        ("联合收割机", "育肥猪存栏", "水产养殖塘", "温室大棚"),
        ("combine harvester", "pigs in stock", "fish pond", "greenhouse"),
    ),
    "property": (("住宅", "商铺", "厂房", "车位"), ("flat", "shop", "workshop", "parking space")),
}
