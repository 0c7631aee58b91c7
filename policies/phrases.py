"""What people write in an order's remark, and the tags that it means (A7): the ``[phrases]`` of the rules."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from models.reasons import Reason

_NOT = (
    r"(?:不要|不用|不必|不需要|无需|无须|没有|没|(?<![特分个区级])别|勿|不"
    r"|(?<![a-z])(?:do not|don['’]t|no need to|need not|not|no|never|without)(?: an?| the)?(?= ))\s*"
)
"""What turns a phrase into its opposite when it stands right before it. 别 is none in 特别, 分别, 个别, 区别, 级别."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a remark asks for: tags, and which phrase gave which."""

    tags: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


NO_WISH = Wish()


class Phrases:
    """The phrases of the rules, ready to be looked for in many remarks."""

    def __init__(self, tags: Mapping[str, tuple[str, ...]]) -> None:
        self._tags = {as_compared(phrase): (phrase, of_phrase) for phrase, of_phrase in tags.items()}
        longest_first = sorted(self._tags, key=lambda phrase: (-len(phrase), phrase))
        said = "|".join(map(_whole_words, longest_first))
        self._pattern = re.compile(f"(?P<said>{said})|{_NOT}(?:{said})") if tags else None

    def find(self, remark: str) -> Wish:
        """The tags of the phrases that the remark holds, in its order: of phrases that begin at the same place the
        longest, and none that is said with a 'not' before it."""
        if not remark or self._pattern is None:
            return NO_WISH
        held = dict.fromkeys(found["said"] for found in self._pattern.finditer(as_compared(remark)) if found["said"])
        pairs = [(phrase, tag) for phrase, tags in map(self._tags.__getitem__, held) for tag in tags]
        reasons = tuple(Reason("remark-says", {"phrase": phrase, "tag": tag}) for phrase, tag in pairs)
        return Wish(tuple(dict.fromkeys(tag for _, tag in pairs)), reasons)


def as_compared(text: str) -> str:
    """A text without what does not count when it is compared: width, case, and how many blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _whole_words(phrase: str) -> str:
    """A phrase as a pattern. Latin letters go on in a word, Chinese characters do not: 'red' is not in 'Frederick'."""
    before = "(?<![a-z0-9])" if re.match("[a-z0-9]", phrase) else ""
    after = "(?![a-z0-9])" if re.search("[a-z0-9]$", phrase) else ""
    return f"{before}{re.escape(phrase)}{after}"
