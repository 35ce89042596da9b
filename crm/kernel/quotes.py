"""What PostgreSQL quotes of a row when it refuses it: values that people wrote, which belong in no log."""

import re

# From there on until the next traceback; a value may run over several lines.
_QUOTED = re.compile(
    r"^[ |]*(?:DETAIL|CONTEXT|QUERY|LINE \d+):.*?(?=^[ |+-]*(?:Traceback|The above exception|During handling)|\Z)",
    re.MULTILINE | re.DOTALL,
)


def without_quotes(text: str) -> str:
    """A traceback, or an error's message, without the values of the row that it was about."""
    return _QUOTED.sub("", text)
