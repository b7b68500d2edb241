"""Errors that the command line prints as one plain line."""


class PipelineError(Exception):
    """Something is wrong that a person can mend; the message says what and where."""


class DamagedError(PipelineError):
    """A stored file is not what was once written."""


class UsageError(PipelineError):
    """The command line asked for something that does not exist."""


# How the code of an experiment, a figure or a finding may fail: sys.exit there ends nothing but itself. Ctrl-C is none.
FAILURES = (Exception, SystemExit)
