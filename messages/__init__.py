"""What the hub says to people, in every language it speaks (I5).

One catalogue per language, ``<language>.ftl`` in Project Fluent's syntax, with the same keys in each.
"""

import logging
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from models.reasons import Fact, Reason

LOCALES = ("en", "zh")
_logger = logging.getLogger(__name__)


class UnknownLocale(ValueError):
    """There is no catalogue of that language."""


class UnknownMessage(LookupError):
    """The catalogue has no such key, or its sentence needs a fact that was not given."""


def say(key: str, locale: str, /, **facts: Fact) -> str:
    """The sentence ``key`` in the language of ``locale`` (``zh``, also ``zh-CN``), with the facts filled in.

    An empty fact is said as a dash. Raises ``UnknownLocale`` and ``UnknownMessage``.
    """
    bundle = catalogue(locale.replace("_", "-").partition("-")[0].lower())
    message = bundle.get_message(key) if bundle.has_message(key) else None
    if message is None or message.value is None:
        raise UnknownMessage(f"no message {key!r} in {locale}")
    sentence, errors = bundle.format_pattern(
        message.value, {name: "–" if fact == "" else fact for name, fact in facts.items()}
    )
    if errors:
        raise UnknownMessage(f"message {key!r} in {locale}: {'; '.join(map(str, errors))}")
    return str(sentence)


def say_reason(reason: Reason, locale: str) -> str:
    """The reason as a sentence.

    A reason may be older than today's catalogue, and somebody waits for this page: what cannot be said is shown as
    its code and facts, and logged.
    """
    try:
        return say(reason.code, locale, **reason.facts)
    except UnknownMessage as error:
        _logger.warning("%s", error)
        facts = ", ".join(f"{name}: {fact}" for name, fact in reason.facts.items())
        return f"{reason.code} ({facts})" if facts else reason.code


def say_tag(tag: str, locale: str) -> str:
    """A tag of an order in words; one that only the rules know stays as it is written there."""
    return say("tag-in-words", locale, tag=tag)


@cache
def catalogue(language: str) -> FluentBundle:
    """All messages of one of ``LOCALES``, read and parsed once a process. Raises ``UnknownLocale``."""
    if language not in LOCALES:
        raise UnknownLocale(f"there are no messages in {language[:40]!r}; choose one of: {', '.join(LOCALES)}")
    # Isolation marks are for mixed writing directions; in terminals and exports they are stray characters.
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource((Path(__file__).parent / f"{language}.ftl").read_text(encoding="utf-8")))
    return bundle
