"""Errors that a user can mend."""

MOST = 500  # characters of a message; what is longer quotes the user's data


class UserError(Exception):
    """Bad input, configuration or environment: the message names the file or key and what to do.

    A step that raises it ends with status 1 and that one line, without a traceback. Line breaks that
    the user's data or a library brought into it become blanks, and a long message loses its middle.
    """

    def __init__(self, message: str):
        line = " ".join(str(message).split())
        if len(line) > MOST:
            line = f"{line[: MOST - 200]} … {line[-200:]}"
        super().__init__(line)
