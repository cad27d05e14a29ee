"""How a scenario can end otherwise than as it is written, and whose fault that is."""


class BrokenRules(AssertionError):
    """The scenario went as written, but the auditor is not content."""


class Miswritten(AssertionError):
    """The scenario asks for something that makes no sense, whoever plays it."""


class NotJudged(Exception):
    """The scenario asks for something that a player on this stage cannot do."""


class StageFailed(Exception):
    """The stage itself broke: no fault of any player."""
