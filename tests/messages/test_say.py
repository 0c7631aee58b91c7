"""Sentences as people read them, and what happens when one is missing."""

import pytest

from messages import UnknownLocale, UnknownMessage, say, say_reason
from models.reasons import Reason

SHORT = Reason("stock-short", {"warehouse": "HZ1", "sku": "SKU-7", "wanted": 1200, "available": 3})


def test_a_reason_in_two_languages() -> None:
    assert say_reason(SHORT, "en") == "HZ1 has 3 of SKU-7, but 1,200 are wanted."
    assert say_reason(SHORT, "zh") == "HZ1 的 SKU-7 只有 3 件，需要 1,200 件。"


def test_a_reason_survives_storage() -> None:
    assert say_reason(Reason.from_json(SHORT.to_json()), "zh") == say_reason(SHORT, "zh")


@pytest.mark.parametrize(
    ("level", "english", "chinese"),
    [("red", "Red alert for 暴雨", "浙江省发布暴雨红色预警"), ("unknown", "An alert for 暴雨", "浙江省发布暴雨预警")],
)
def test_a_word_of_ours_is_translated_and_an_unknown_one_left_out(level: str, english: str, chinese: str) -> None:
    facts = {"event": "暴雨", "level": level, "region": "浙江省", "until": "20:00"}
    assert say("weather-alert", "en", **facts).startswith(english)
    assert say("weather-alert", "zh", **facts).startswith(chinese)


def test_a_status_is_translated_inside_a_sentence() -> None:
    assert say("reported-by-channel", "zh", status="shipped") == "渠道反馈订单已发货。"
    assert (
        say("reported-by-channel", "en", status="lost at sea") == "The channel reports that the order is lost at sea."
    )


def test_an_empty_fact_is_a_dash() -> None:
    assert say("quantity-unreadable", "en", value="") == "The quantity “–” is not a whole number."


@pytest.mark.parametrize("hostile", ["{ $sku }", "{x}", "a\n.b = c", "<b>&amp;", "𝄞", "100% $1 \\u0041"])
def test_facts_are_quoted_never_read_as_a_pattern(hostile: str) -> None:
    assert say("sku-unknown", "en", sku=hostile, key="k") == f"The article {hostile} is not in our catalogue."


@pytest.mark.parametrize("locale", ["zh", "zh-CN", "zh_TW.UTF-8", "ZH"])
def test_a_regional_locale_gets_its_language(locale: str) -> None:
    assert say("not-paid", locale) == "订单尚未付款。"


@pytest.mark.parametrize("locale", ["de", "", "../en"])
def test_an_unknown_language_is_refused(locale: str) -> None:
    with pytest.raises(UnknownLocale, match="choose one of: en, zh"):
        say("not-paid", locale)


def test_say_refuses_an_unknown_key_and_a_missing_fact() -> None:
    with pytest.raises(UnknownMessage, match="no-such-thing"):
        say("no-such-thing", "en")
    with pytest.raises(UnknownMessage, match=r"sku-unknown.*sku"):
        say("sku-unknown", "en")


def test_a_reason_without_a_sentence_is_shown_plainly_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert (
        say_reason(Reason("from-an-older-day", {"sku": "S1", "left": 2}), "zh")
        == "from-an-older-day (sku: S1, left: 2)"
    )
    assert say_reason(Reason("sku-unknown"), "en") == "sku-unknown"
    assert [record.getMessage() for record in caplog.records] == [
        "no message 'from-an-older-day' in zh",
        "message 'sku-unknown' in en: Unknown external: sku",
    ]
