"""Errors that a user can mend."""


class UserError(Exception):
    """Bad input, configuration or environment: the message names the file or key and what to do.

    A step that raises it ends with status 1 and that one line, without a traceback.
    """
