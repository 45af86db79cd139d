"""Small books for the tests: a mapping, its lines, and a file of them."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from backend.integrations.reading.blocks import Block
from backend.integrations.rules.compiled import CompiledMapping, compile_mapping
from backend.integrations.schemas import Field, Mapping, Slot, When

AS_OF = date(2026, 11, 24)
HEADER = ("ref", "loan", "name", "phone", "home", "guarantor", "surety_phone", "amount", "due", "late", "ccy", "state")
MAPPING = Mapping(
    title="test book",
    currency="CNY",
    language="zh-CN",
    zone="Asia/Shanghai",
    phone_region="CN",
    rows=[When(column="state", none_of=["draft"])],
    obligor={"external_ref": "ref", "name": "name"},
    account={"external_ref": "loan", "principal": "amount", "currency": Field(from_=["ccy"], default="CNY")},
    balance={"overdue": Field(from_=["due"], default="0"), "days_past_due": Field(from_=["late"], default="0")},
    parties=[Slot(fields={"name": "guarantor", "role": Field(constant="guarantor")})],
    contacts=[
        Slot(fields={"value": "phone"}),
        Slot(fields={"value": Field(from_=["surety_phone"], on_bad="keep")}, party=1),
    ],
    addresses=[Slot(fields={"line": "home"})],
)
GOOD = ("C1", "L1", "王小雨", "13800138000", "四海路 1 号", "赵大", "13800138001", "1000.00", "50.50", "31", "", "")


def line(**changes: str) -> tuple[str, ...]:
    """Return the good line with some cells changed."""
    return tuple(changes.get(name, cell) for name, cell in zip(HEADER, GOOD, strict=True))


def block_of(*rows: Sequence[str], header: tuple[str, ...] = HEADER) -> Block:
    """Return lines as a reader gives them; the first is line 2."""
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in header]
    return Block(header=header, lines=list(range(2, len(rows) + 2)), columns=[*columns], bad=[])


def compiled(mapping: Mapping = MAPPING, header: tuple[str, ...] = HEADER) -> CompiledMapping:
    """Return the mapping made ready."""
    return compile_mapping(mapping, header, AS_OF)


def write_csv(path: Path, *rows: Sequence[str], header: tuple[str, ...] = HEADER, encoding: str = "utf-8") -> Path:
    """Write lines under the header."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path
