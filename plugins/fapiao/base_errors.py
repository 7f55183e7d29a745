"""The root of our errors, and those of files and arguments; fapiao.errors has the tree and all the others."""

from fapiao.shown import visible


class FapiaoError(Exception):
    """Root of everything fapiao raises on purpose."""


class RuleError(FapiaoError):
    """A rules file is wrong; the message names file and line."""


class BadInput(FapiaoError):
    """What a user gave is wrong; `problems` lists every sentence at once."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = [*map(visible, problems)]
        super().__init__("\n".join(self.problems))
