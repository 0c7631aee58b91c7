"""What people ask of the rules and of decisions on the command line (B6, I2, I3)."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from settings import ROOT, get_settings
from tasks.hub import unit_of_work

HEADER = "订单号,下单时间,客户,收货人,电话,省,市,地址,商品编码,数量,单价,备注\n"
LARGE = '[[review]]\nname = "large"\namount_over_minor = 1\napprover = "vice-president"\n'


@pytest.fixture
def decided(orderspine, home: Path, monkeypatch) -> str:
    """Three orders imported from a file and decided; the id of the run that did it."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = [
        f"F-{n},2026-03-01 10:00:00,C1,王伟,13800000000,浙江省,杭州市,文一路 1 号,SKU-{n},2,10.00,{remark}"
        for n, remark in enumerate(("", "送礼", ""), start=1)
    ]
    file = home / "orders.csv"
    file.write_text(HEADER + "\n".join(lines), encoding="utf-8")
    assert orderspine("import", str(file), "--preset", "plain").code in (0, 1)
    with unit_of_work("test") as work:
        return str(work.session.execute(text("SELECT DISTINCT flow_run_id FROM decision_batch")).scalar_one())


def rules(home: Path, content: str, name: str = "new.toml") -> str:
    file = home / name
    file.write_text(content, encoding="utf-8")
    return str(file)


@pytest.mark.usefixtures("prefect_api", "decided")
class TestDecisions:
    def test_a_diff_names_the_orders_that_new_rules_decide_differently(self, orderspine, home):
        old, new = str(ROOT / "orderspine.toml"), rules(home, LARGE)
        shown = orderspine("policy", "diff", old, new)
        assert shown.code == 0
        assert "vice-president" in shown.out
        assert max(map(len, shown.out.splitlines())) <= 80
        found = json.loads(orderspine("policy", "diff", old, new, "--json").out)
        assert len(found["differences"]) == found["orders"] == 3
        assert orderspine("policy", "diff", old, old).out.count("SO0") == 0

    def test_a_run_is_decided_again_under_its_own_rules_and_under_others(self, orderspine, home, decided):
        [named] = set(re.findall(r"run ([\w-]{18}),", orderspine("order", "show", "SO0000000001").out))
        same = orderspine("replay", named, "--json")
        assert (same.code, json.loads(same.out)["differences"]) == (0, [])
        other = orderspine("replay", decided, "--policy", rules(home, LARGE))
        assert other.code == 0
        assert "vice-president" in other.out

    def test_what_would_be_decided_is_said_with_its_tags_and_every_reason(self, orderspine, home):
        new = home / "new.csv"
        line = "F-9,2026-03-09 10:00:00,C1,王伟,13800000000,浙江省,杭州市,文一路 1 号,SKU-1,2,10.00,送礼\n"
        new.write_text(HEADER + line, encoding="utf-8")
        told = orderspine("order", "preview", str(new), "--policy", rules(home, f'{LARGE}[phrases]\n"送礼"=["gift"]'))
        assert told.code == 0
        assert told.out.startswith("F-9: waits for approval\ntagged gift\n")
        assert "vice-president must approve it" in told.out
        assert max(map(len, told.out.splitlines())) <= 80
        [again] = json.loads(orderspine("order", "preview", "--order", "SO0000000002", "--json").out)
        assert (again["channel_order_no"], again["decision"]["tags"]) == ("F-2", ["repeat-customer", "gift"])
        for wrong in (
            (),
            (str(new), "--order", "SO0000000002"),
            (str(home / "none.csv"),),
            ("--order", "SO0000000099"),
        ):
            assert orderspine("order", "preview", *wrong).code == 2

    def test_a_run_that_decided_nothing_is_said_so(self, orderspine):
        answer = orderspine("replay", "0000")
        assert (answer.code, "decided no orders" in answer.err) == (2, True)

    def test_an_order_that_waits_for_nobody_cannot_be_approved(self, orderspine):
        answer = orderspine("order", "approve", "SO0000000001", "vice-president")
        assert (answer.code, "it waits for" in answer.err) == (2, True)

    def test_a_yes_and_a_no(self, orderspine, home, monkeypatch):
        monkeypatch.setenv("ORDERSPINE_RULES", rules(home, LARGE))
        get_settings.cache_clear()
        file = home / "more.csv"
        line = "F-{n},2026-03-01 10:00:00,C1,王伟,13800000000,浙江省,杭州市,文一路 1 号,SKU-1,2,10.00,"
        file.write_text(HEADER + "\n".join(line.format(n=n) for n in (8, 9)), encoding="utf-8")
        orderspine("import", str(file), "--preset", "plain")
        numbers = ("SO0000000004", "SO0000000005")
        assert orderspine("order", "approve", numbers[0], "vice-president", "--by", "wang").code == 0
        refused = orderspine("order", "refuse", numbers[1], "vice-president", "--why", "no margin", "--by", "wang")
        assert (refused.code, "wang" in refused.out) == (0, True)
        with unit_of_work("test") as work:
            found = work.rows(text("SELECT verdict, by, why FROM answer ORDER BY order_id"))
        assert [tuple(row) for row in found] == [("yes", "wang", ""), ("no", "wang", "no margin")]

    def test_orders_are_listed_by_their_tag_and_a_page_goes_on_where_one_is_named(self, orderspine):
        [gift] = json.loads(orderspine("order", "list", "--tag", "gift", "--json").out)
        assert (gift["number"], gift["tags"]) == ("SO0000000002", ["repeat-customer", "gift"])
        listed = orderspine("order", "list", "--before", "SO0000000003")
        assert re.findall(r"SO\d+", listed.out) == ["SO0000000002", "SO0000000001"]
        assert max(map(len, listed.out.splitlines())) <= 80
        assert "No such orders" in orderspine("order", "list", "--tag", "gi").out
        assert "tagged repeat customer, gift" in orderspine("order", "show", "SO0000000002").out


def test_a_rules_file_is_checked_before_it_is_in_force(orderspine, home):
    assert "its version is" in orderspine("policy", "check", rules(home, LARGE)).out
    wrong = orderspine("policy", "check", rules(home, '[phrases]\n"送礼" = []\n'))
    assert (wrong.code, "Line 2: the rule phrases.送礼" in wrong.err) == (2, True)


def test_the_schema_is_printed_for_editors(orderspine, home):
    answer = orderspine("policy", "schema")
    assert (answer.code, answer.out) == (0, (ROOT / "orderspine.schema.json").read_text(encoding="utf-8"))


def test_rules_that_are_not_there_are_said_so(orderspine, home):
    answer = orderspine("policy", "diff", str(home / "no.toml"), str(home / "no.toml"))
    assert (answer.code, "no.toml" in answer.err) == (2, True)


def test_the_doctor_names_every_role_that_nobody_hears_and_none_of_the_shipped_rules(orderspine, hub, home_rules):
    assert told_by_the_doctor(orderspine) == ["everybody whom the rules name can be told"]
    home_rules("""
        told.purchasing = "ops-robot"
        changes = { minor_approvers = ["clerk"], major_approvers = ["purchasing", "boss"] }
        review = [{ name = "x", orders_over = 1, tell = "planner", approver = "vice-president" }]
    """)
    silent = [sentence.split(":")[0] for sentence in told_by_the_doctor(orderspine)]
    assert silent == [
        f"Nobody hears what is meant for {role}" for role in ("boss", "clerk", "planner", "vice-president")
    ]


def told_by_the_doctor(orderspine) -> list[str]:
    """What it finds about who is told."""
    findings = json.loads(orderspine("doctor", "--json").out)
    return [finding["told"] for finding in findings if finding["what"] == "who is told"]


def test_the_doctor_says_when_nobody_can_be_asked_about_the_weather(orderspine, hub):
    connected = get_settings().connections
    before, _, after = connected.read_text(encoding="utf-8").partition("[[alerts]]")
    connected.write_text(before + after[after.index("[[") :], encoding="utf-8")
    findings = json.loads(orderspine("doctor", "--json").out)
    [weather] = [finding for finding in findings if finding["what"] == "weather"]
    assert (weather["good"], "2 places" in weather["told"]) == (False, True)


@pytest.fixture
def home_rules(tmp_path: Path, monkeypatch):
    def write(content: str) -> None:
        monkeypatch.setenv("ORDERSPINE_RULES", rules(tmp_path, content))
        get_settings.cache_clear()

    return write
