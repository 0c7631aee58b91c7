"""Which errors are the user's to mend: these are told as a sentence, all others are ours and crash loudly."""

from pydantic import ValidationError


class Unusable(Exception):
    """The command cannot go on; the message says what to do. ``answer_is_no`` gives exit code 1 instead of 2."""

    def __init__(self, message: str, *, answer_is_no: bool = False) -> None:
        super().__init__(message)
        self.answer_is_no = answer_is_no


def explain(error: Exception) -> str | None:
    """The sentence for an error that the user can mend, or ``None`` for one that is a defect."""
    mendable = {
        "Unusable", "DatabaseNotReady", "BadRules", "BadConnections", "UnreadableFile", "PresetError", "CannotMend",
        "CannotChange", "CannotInvoice", "CannotMoveStock", "CannotPrint", "CannotPromise", "CannotReceive",
        "CannotPreview", "CannotReplay",
        "GateNotClosed", "NothingAsked",
        "Misconfigured", "Unavailable", "Rejected", "UnknownLocale",
    }  # fmt: skip
    if type(error).__name__ in mendable:  # by name: importing them all would make every command wait for Prefect
        return str(error)
    if isinstance(error, ValidationError) and error.title == "Settings":
        first = error.errors()[0]
        name = "ORDERSPINE_" + "_".join(str(part) for part in first["loc"]).upper()
        return f"{name} cannot be used: {first['msg'].lower()}."
    return None
