"""Why a file or the network failed: words of the system, in the language of the interface.

In English they are those of the system itself. Those without a translation stay English.
"""

import errno

from reader.i18n import ENGLISH, _, english, spoken

_WORDS = {
    errno.E2BIG: english("the list of arguments is too long"),
    errno.EACCES: english("permission denied"),
    errno.EAGAIN: english("temporarily unavailable"),
    errno.EBADF: english("the file is closed"),
    errno.EBUSY: english("the device or resource is busy"),
    errno.ECONNREFUSED: english("connection refused"),
    errno.ECONNRESET: english("connection reset"),
    errno.EDQUOT: english("the disk quota is exceeded"),
    errno.EEXIST: english("the file exists"),
    errno.EFBIG: english("the file is too large"),
    errno.EHOSTUNREACH: english("the host cannot be reached"),
    errno.EINVAL: english("invalid argument"),
    errno.EIO: english("input/output error"),
    errno.EISDIR: english("it is a folder"),
    errno.ELOOP: english("too many symbolic links"),
    errno.EMFILE: english("too many open files"),
    errno.EMLINK: english("too many links to the file"),
    errno.ENAMETOOLONG: english("the file name is too long"),
    errno.ENETUNREACH: english("the network cannot be reached"),
    errno.ENFILE: english("too many open files in the system"),
    errno.ENODEV: english("no such device"),
    errno.ENOENT: english("no such file or folder"),
    errno.ENOEXEC: english("it is not a program"),
    errno.ENOLCK: english("no file locks are available"),
    errno.ENOMEM: english("too little memory"),
    errno.ENOSPC: english("no space left on the disk"),
    errno.ENOTDIR: english("it is not a folder"),
    errno.ENOTEMPTY: english("the folder is not empty"),
    errno.ENOTSUP: english("not supported"),
    errno.ENXIO: english("no such device or address"),
    errno.EPERM: english("not permitted"),
    errno.EPIPE: english("broken pipe"),
    errno.EROFS: english("the file system is read-only"),
    errno.ESTALE: english("the file on the server has changed or is gone"),
    errno.ETIMEDOUT: english("timed out"),
    errno.ETXTBSY: english("the program is running"),
    errno.EXDEV: english("it is on another file system"),
}

_OF_SQLITE = frozenset(
    (
        english("access permission denied"),
        english("attempt to write a readonly database"),
        english("database disk image is malformed"),
        english("database or disk is full"),
        english("disk I/O error"),
        english("file is not a database"),
        english("unable to open database file"),
    )
)
"""What SQLite says, word for word."""


def reason_of(error: Exception) -> str:
    """Return why it failed, as an OSError says; the text of another error."""
    own = getattr(error, "strerror", None) or str(error)
    number = getattr(error, "errno", None)
    return own if spoken() == ENGLISH or number not in _WORDS else _(_WORDS[number])


def reason_of_sqlite(error: BaseException) -> str:
    """Return what SQLite says of an error."""
    own = str(error)
    return _(own) if own in _OF_SQLITE else own
