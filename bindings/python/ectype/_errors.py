"""The exception of the package; raised by the compiled part too."""


class Error(RuntimeError):
    """What went wrong, in words that name the file, the value and the remedy.

    ``code`` is for programs: "invalid_argument", "unreadable", "unsupported", "damaged",
    "over_limit", "mismatch", "not_found", "already_exists", "interrupted",
    "storage" or "internal".
    """

    def __init__(self, message: str, code: str = "internal") -> None:
        super().__init__(message)
        self.code = code
