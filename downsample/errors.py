"""The one error of this room: data that cannot be what the user says they are."""


class DataError(ValueError):
    """Observations that break a rule; the message names the value, the rule and the remedy."""
