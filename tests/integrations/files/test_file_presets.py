"""A preset says what it means, is refused with a cure, and comes back equal after it was kept."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.files.channel import FileChannel
from integrations.files.confirmed import preset_of
from integrations.files.preset import Preset, PresetError, find_preset, load_preset, save_preset
from integrations.files.tables import sample_table
from integrations.files.toml_text import to_toml
from models.lifecycle import OrderKind
from models.messages import RawMessage
from policies.mapping import propose_mapping

PRESETS = Path(__file__).parents[3] / "presets"
SMALL = """
name = "small"
[reading]
currency = "CNY"
timezone = "Asia/Shanghai"
[orders.fields]
order_no = "no"
[lines.fields]
sku = "sku"
quantity = "qty"
price = "price"
"""


@pytest.mark.parametrize("file", sorted(PRESETS.glob("*.toml")), ids=lambda file: file.stem)
def test_every_preset_of_the_repository_survives_being_kept(file: Path, tmp_path: Path) -> None:
    preset = load_preset(file)
    assert preset.name == file.stem
    save_preset(preset, tmp_path / "kept.toml")
    assert load_preset(tmp_path / "kept.toml") == preset
    assert [left.name for left in tmp_path.iterdir()] == ["kept.toml"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('order_no = "no"', 'ordr_no = "no"'), "unknown key orders.fields.ordr_no, did you mean 'order_no'?"),
        (('order_no = "no"', 'ordr_no = "no"'), "orders.fields.order_no is missing: add it"),
        (('name = "small"', 'name = "small"\nzzzz = 1'), "unknown key zzzz: remove it"),
        (('"Asia/Shanghai"', '"Peking"'), "reading.timezone: 'Peking' is not a time zone such as"),
        (('"CNY"', '"yuan"'), "reading.currency: string should match pattern"),
        (('timezone = "Asia/Shanghai"', 'timezone = "UTC"\nencoding = "klingon"'), "'klingon' is not an encoding"),
        (('price = "price"', ""), "lines.fields: name a price or an amount"),
        (('sku = "sku"', "sku = { optional = true }"), "lines.fields.sku: name either the columns or a constant"),
        (('name = "small"', 'name = "small"\nopening_stock = "5"'), "opening_stock: input should be a valid integer"),
        (("[orders.fields]", '[statuses]\ngone = { status = "shipped" }\n[orders.fields]'), "need each other"),
        (("[orders.fields]", '[orders]\nfiles = ["o.csv"]\n[orders.fields]'), "lines.fields.order_no is missing"),
        (('name = "small"', "name = "), "is not valid TOML"),
    ],
)
def test_a_wrong_preset_names_file_key_and_cure(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace(*change), encoding="utf-8")
    with pytest.raises(PresetError) as error:
        load_preset(path)
    assert str(path) in str(error.value)
    assert sentence in str(error.value)


def test_a_missing_preset_is_named(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="does not exist"):
        load_preset(tmp_path / "none.toml")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    texts | st.booleans() | st.integers(-(2**62), 2**62),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(texts, values, max_size=5))
def test_every_document_written_is_read_back_equal(document: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(document)) == document


def test_a_confirmed_mapping_is_kept_and_known_again(tmp_path: Path, write: Callable[..., Path]) -> None:
    today = write("合同,货号,数量,单价,客户\nH-1001,K-1,2,3.50,张三\n", "today.csv")
    sample = sample_table(today)
    mapping = propose_mapping(sample.header, sample.rows).mapping | {"orders.order_no": "合同"}
    presets = tmp_path / "presets"
    assert find_preset(presets, today) is None
    kept = preset_of(mapping, sample.header, name="zhang", currency="CNY", timezone="Asia/Shanghai")
    save_preset(kept, presets / "zhang.toml")

    tomorrow = write("客户,单价,合同,货号,数量\n李四,1.00,H-1002,K-2,1\n", "tomorrow.csv")
    found = find_preset(presets, tomorrow)
    assert found == kept
    (message,) = FileChannel(kept).messages(tomorrow)
    assert isinstance(message, RawMessage)
    order = FileChannel(kept).read_order(message)
    assert (order.order_no, order.customer.code, order.amount_minor) == ("H-1002", "李四", 100)


def test_the_preset_that_needs_most_columns_wins(tmp_path: Path, write: Callable[..., Path]) -> None:
    presets = tmp_path / "presets"
    save_preset(load_preset(PRESETS / "plain.toml"), presets / "plain.toml")
    write(SMALL.replace('"no"', '"order_no"'), "presets/small.toml")
    fitting = write("order_no,sku,qty,price\nA,K,1,2\n", "a.csv")
    found = find_preset(presets, fitting)
    assert found is not None
    assert found.name == "small"
    without_price = write("order_no,sku,qty\nA,K,1\n", "b.csv")
    found = find_preset(presets, without_price)
    assert found is not None
    assert found.name == "plain"
    assert find_preset(presets, write("x,y\n1,b\n", "c.csv")) is None


def test_the_real_folders_are_recognised(real_data: Path) -> None:
    for name in ("olist", "online_retail"):
        found = find_preset(PRESETS, real_data / name)
        assert isinstance(found, Preset)
        assert found.name == name


def test_the_preset_in_the_documentation_works(tmp_path: Path, write: Callable[..., Path]) -> None:
    page = (PRESETS.parent / "docs" / "import-files.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(name = .*?)```", page, flags=re.DOTALL)
    files = FileChannel(load_preset(write(example, "shop.toml")))
    path = write(
        "订单号,客户编码,收货人,联系人,下单时间,货号,数量,单价\nTH-7,,,张三,2026-01-05,k-1,-3,2.00\n", "orders-1.csv"
    )
    (message,) = files.messages(path.parent)
    assert isinstance(message, RawMessage)
    order = files.read_order(message)
    assert (order.kind, order.customer.code, order.receiver.name) == (OrderKind.CREDIT, "WALK-IN", "张三")
    assert (order.lines[0].sku, order.lines[0].quantity, order.amount_minor) == ("K-1", 3, 600)
