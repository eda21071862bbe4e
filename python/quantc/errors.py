"""Exceptions of quantc, one family."""


class Error(Exception):
    """Base of every error quantc raises; the text is the command line's."""


class InvalidArgument(Error, ValueError):
    """An input, file or option is wrong (exit status 1 or 2)."""


class Unsupported(Error):
    """An operator, type or CPU is not supported (exit status 3)."""


class IOFailure(Error, OSError):
    """Reading or writing failed (exit status 4)."""


class LimitReached(Error, MemoryError):
    """A limit was reached or memory ran out (exit status 5)."""


class ToolFailure(Error):
    """The linker or another external tool failed (exit status 6)."""


class InternalError(Error):
    """A bug in quantc (exit status 70)."""


_BY_STATUS = {
    1: InvalidArgument,
    2: InvalidArgument,
    3: Unsupported,
    4: IOFailure,
    5: LimitReached,
    6: ToolFailure,
}


def from_status(status, message):
    """The exception for an exit status or a status of the C interface."""
    return _BY_STATUS.get(status, InternalError)(message)
